/** A kubeconfig, with all that it may ask for: the client library's part, loaded only where there is one. */
import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import type { Access, ReadAccess } from './access.ts'

/**
 * Of the file, or of what the environment says.
 * @throws Error where it names no cluster.
 */
export function kubeconfigAccess(file: string | undefined): ReadAccess {
  let config = load(file)
  return again => {
    // What an exec plugin or a provider gave stays with its configuration; files are read anew.
    if (again || !config.getCurrentUser()?.exec) config = load(file)
    return accessOf(config)
  }
}

function load(file: string | undefined): KubeConfig {
  const config = new KubeConfig()
  if (file === undefined) config.loadFromDefault()
  else config.loadFromFile(file)
  if (!config.getCurrentCluster()) throw new Error('the kubeconfig names no current cluster')
  return config
}

async function accessOf(config: KubeConfig): Promise<Access> {
  const options: RequestOptions = { headers: {} }
  await config.applyToHTTPSOptions(options)
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new Error('no API server is known')
  const headers = new Map(Object.entries(Object(options.headers)))
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options
  const given = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized }
  return {
    server: new URL(cluster.server),
    tls: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    authorization: options.auth
      ? `Basic ${Buffer.from(options.auth).toString('base64')}`
      : bearer(headers.get('Authorization')),
    proxy: cluster.proxyUrl ? options.agent : undefined,
  }
}

/** Files of tokens end in a line feed now and then. */
const bearer = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.trim() : undefined
