/**
 * How to reach the API server and who we are there, as `$KUBECONFIG`, `~/.kube/config` or the pod's
 * service account say, in that order. What was read is read again after a while, so that a token or
 * an authority that was replaced counts without a restart.
 */
import { existsSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { join } from 'node:path'
import type { Clock } from '../source/clock.ts'
import { type Environment, hasServiceAccount, serviceAccount } from './service-account.ts'

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

/** Reads anew; `again`: what it gave last did not count (401). */
export type ReadAccess = (again: boolean) => Promise<Access>

/** As client-go: a token's file is read again after so long. */
const fresh = 60_000

export interface Credentials {
  /** `again`: what was given last did not count (401). */
  access(again?: 'again'): Promise<Access>
}

export function credentials(clock: Clock, read: ReadAccess): Credentials {
  let held: { readonly access: Access; readonly read: number } | undefined
  return {
    async access(again) {
      if (!again && held && clock.now() - held.read < fresh) return held.access
      const access = await read(again !== undefined)
      held = { access, read: clock.now() }
      return access
    },
  }
}

/**
 * `kubeconfig` goes before what the environment says. Only a kubeconfig, with its exec plugins, OIDC
 * and proxies, is worth the client library, which takes as much memory as everything else together.
 * Rejects where nothing says which API server there is.
 */
export async function accessReader(
  environment: Environment,
  kubeconfig?: string,
): Promise<ReadAccess> {
  const { KUBECONFIG: usual = '', HOME: home = '' } = environment
  const isThere = home !== '' && existsSync(join(home, '.kube', 'config'))
  if ((kubeconfig ?? usual) === '' && !isThere) {
    if (hasServiceAccount(environment)) return () => serviceAccount(environment)
    throw new Error(
      'no API server is known: set KUBECONFIG, or run in a pod with a service account',
    )
  }
  const library = await import('./kubeconfig.ts')
  return library.kubeconfigAccess(kubeconfig)
}
