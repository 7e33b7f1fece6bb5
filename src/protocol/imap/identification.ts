import type { Identity } from '../../words/identity.ts'
import type { Client } from '../protocol.ts'

/** Hops that a session may still take: Dovecot starts at 7 and refuses at 1. */
const timeToLive = 6

/**
 * Dovecot's ID (RFC 2971) of a proxy: all in one, since only the first counts. Addresses of IPv6
 * stand bare.
 */
export function identification(client: Client): string {
  const { dialled } = client
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['x-session-id', client.session],
    // A client of a Unix socket has neither.
    ['x-originating-ip', client.address === 'unix:' ? undefined : client.address],
    ['x-originating-port', client.port > 0 ? `${client.port}` : undefined],
    ['x-connected-ip', dialled?.address],
    ['x-connected-port', `${dialled?.port ?? client.publicPort}`],
    ['x-proxy-ttl', `${timeToLive}`],
    ['x-client-transport', client.secure ? 'TLS' : 'insecure'],
    ['x-connected-name', client.serverName],
  ]
  const told = pairs.flatMap(([key, value]) =>
    value && /^[\x20-\x7e]{1,255}$/.test(value) ? [`"${key}" ${quoted(value)}`] : [],
  )
  return `ID (${told.join(' ')})`
}

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Dovecot 2.4 says that it trusts us; what else an OK means cannot be told. */
export function believed(status: string, text: string): Identity {
  if (status !== 'OK') return 'refused'
  return /^trusted id\b/i.test(text) ? 'believed' : 'unconfirmed'
}
