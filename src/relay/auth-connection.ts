import { connect, isIP } from 'node:net'
import { type SecureContext, connect as secure } from 'node:tls'
import type { AuthHttp } from '../config/config.ts'
import { type Dialled, type Dialling, onceReady, type Sockets } from '../wire/sockets.ts'

/** Connects to an auth server. Node tries each address of a host name in its turn. */
export function authConnection(
  { host, port, unix, tls }: AuthHttp,
  context: SecureContext | undefined,
  sockets: Sockets,
  dialled: Dialled,
): Dialling {
  if (unix) return onceReady(connect({ path: host }), 'connect', dialled)
  if (!tls && isIP(host) !== 0) return sockets.dial(host, port, dialled)
  const place = { host, port, autoSelectFamily: true }
  if (!tls) return onceReady(connect(place), 'connect', dialled)
  const socket = secure({
    ...place,
    ...(context ? { secureContext: context } : {}),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: true,
  })
  return onceReady(socket, 'secureConnect', dialled)
}
