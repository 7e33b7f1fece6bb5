import { connect } from 'node:net'
import { type SecureContext, connect as secure } from 'node:tls'
import type { AuthHttp } from '../config/config.ts'
import { type Dialled, type Dialling, onceReady, type Sockets } from '../wire/sockets.ts'

/** Connects to an auth server. Node tries each address of a host name in its turn. */
export function authConnection(
  { host, port, literal, unix, tls }: AuthHttp,
  context: SecureContext | undefined,
  sockets: Sockets,
  dialled: Dialled,
): Dialling {
  if (unix) return onceReady(connect({ path: host }), 'connect', dialled)
  // A question is one write: there is nothing that Nagle's algorithm could hold back.
  if (!tls && literal) return sockets.dial(host, port, dialled, { noDelay: false })
  const place = { host, port, autoSelectFamily: true }
  if (!tls) return onceReady(connect(place), 'connect', dialled)
  const socket = secure({
    ...place,
    ...(context ? { secureContext: context } : {}),
    ...(literal ? {} : { servername: host }),
    rejectUnauthorized: true,
  })
  return onceReady(socket, 'secureConnect', dialled)
}
