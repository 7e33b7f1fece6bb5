import type { Identity } from '../../words/identity.ts'
import type { Client } from '../protocol.ts'

/** Hops that a session may still take: Dovecot starts at 7 and refuses at 1. */
const timeToLive = 6

/** Dovecot's POP3 XCLIENT: neither xtext nor an IPv6 prefix, and no value holds a space. */
export function xclient(client: Client): string {
  const { dialled } = client
  const attributes = [
    // A client of a Unix socket has neither.
    ['ADDR', client.address === 'unix:' ? undefined : client.address],
    ['PORT', client.port > 0 ? `${client.port}` : undefined],
    ['DESTADDR', dialled?.address],
    ['DESTPORT', `${dialled?.port ?? client.publicPort}`],
    ['SESSION', client.session],
    ['TTL', `${timeToLive}`],
    ['CLIENT-TRANSPORT', client.secure ? 'TLS' : 'insecure'],
    ['DESTNAME', client.serverName],
  ]
  const told = attributes.filter(([, value]) => value && /^[\x21-\x7e]+$/.test(value))
  return ['XCLIENT', ...told.map(pair => pair.join('='))].join(' ')
}

/** What the answer says of our being believed: to an untrusted peer Dovecot says a polite `+OK`. */
export function believed(line: string): Identity {
  if (!line.startsWith('+OK')) return 'refused'
  if (/^\+OK updated/i.test(line)) return 'believed'
  return /trusted|ignor/i.test(line) ? 'ignored' : 'unconfirmed'
}
