/** What Kubernetes gives each pod: where the API server is, its authority, and a token. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { Access } from './access.ts'

const mounted = '/var/run/secrets/kubernetes.io/serviceaccount'

export type Environment = Readonly<Record<string, string | undefined>>

export const hasServiceAccount = (environment: Environment, folder = mounted): boolean =>
  Boolean(environment['KUBERNETES_SERVICE_HOST']) && existsSync(join(folder, 'token'))

/** Rejects where the files cannot be read. */
export async function serviceAccount(environment: Environment, folder = mounted): Promise<Access> {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = environment
  const [token, ca] = await Promise.all(
    ['token', 'ca.crt'].map(name => readFile(join(folder, name), 'utf8')),
  )
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    tls: ca === undefined ? {} : { ca },
    // The file ends in a line feed now and then.
    authorization: `Bearer ${token?.trim() ?? ''}`,
    proxy: undefined,
  }
}

/** Of the pod; `default` outside of one. */
export async function ownNamespace(folder = mounted): Promise<string> {
  const text = await readFile(join(folder, 'namespace'), 'utf8').catch(() => 'default')
  return text.trim()
}
