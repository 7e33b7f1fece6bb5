import { connect, isIP, type Socket } from 'node:net'
import { type SecureContext, connect as secure } from 'node:tls'
import type { AuthHttp } from '../config/config.ts'

/**
 * A connection to an auth server, which says `ready` once it may be written to. Node tries each address of
 * a host name in its turn.
 */
export function authConnection(
  { host, port, unix, tls }: AuthHttp,
  context: SecureContext | undefined,
): { readonly socket: Socket; readonly ready: 'connect' | 'secureConnect' } {
  if (unix) return { socket: connect({ path: host }), ready: 'connect' }
  // A question is one write, so that nothing waits for an acknowledgement: no need of `noDelay`.
  const place = { host, port, autoSelectFamily: true }
  if (!tls) return { socket: connect(place), ready: 'connect' }
  const socket = secure({
    ...place,
    ...(context ? { secureContext: context } : {}),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: true,
  })
  return { socket, ready: 'secureConnect' }
}
