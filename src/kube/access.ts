/**
 * How to reach the API server and who we are there, as `$KUBECONFIG`, `~/.kube/config` or the pod's
 * service account say. The files are read again after a while, so that a token or an authority that
 * was replaced counts without a restart.
 */
import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import type { Clock } from '../source/clock.ts'

export interface Access {
  readonly server: URL
  /** What a connection is made of; equal texts mean that connections can be shared. */
  readonly tls: Tls
  readonly authorization: string | undefined
  /** Set where the cluster is behind a proxy. */
  readonly proxy: RequestOptions['agent'] | undefined
}

export type Tls = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>

/** As client-go: a token's file is read again after so long. */
const fresh = 60_000

export interface Credentials {
  /** `again`: what was given last did not count (401). */
  access(again?: 'again'): Promise<Access>
}

/**
 * `kubeconfig` goes before what the environment says.
 * @throws Error where nothing says which API server there is.
 */
export function credentials(clock: Clock, kubeconfig?: string): Credentials {
  let config = load(kubeconfig)
  let held: { readonly access: Access; readonly read: number } | undefined
  return {
    async access(again) {
      if (!again && held && clock.now() - held.read < fresh) return held.access
      // What an exec plugin or a provider gave stays with its configuration; files are read anew.
      if (again || !config.getCurrentUser()?.exec) config = load(kubeconfig)
      const access = await accessOf(config)
      held = { access, read: clock.now() }
      return access
    },
  }
}

function load(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig()
  if (kubeconfig === undefined) config.loadFromDefault()
  else config.loadFromFile(kubeconfig)
  if (!config.getCurrentCluster())
    throw new Error(
      'no API server is known: set KUBECONFIG, or run in a pod with a service account',
    )
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
