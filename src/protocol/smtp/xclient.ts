import type { Leg } from '../protocol.ts'

/**
 * Postfix's XCLIENT and its kin: who the client is, in attributes of which a backend is told those
 * that it lists. Values are xtext (RFC 3461 section 4).
 */

/** Octets of one value, of one line without CRLF (Postfix). */
const maxValue = 255
const maxLine = 510

/** Hops that a session may still take: Dovecot starts at 7 and refuses at 1. */
const timeToLive = '6'

/** What nginx says of a client to a backend that lists nothing. */
export const blind: ReadonlySet<string> = new Set(['ADDR', 'LOGIN', 'NAME'])

/** Dovecot's own dialect, whose LOGIN is no authentication. */
export function isDovecot(listed: ReadonlySet<string>): boolean {
  return listed.has('TTL') || listed.has('SESSION')
}

/**
 * The lines that tell the client, one if it fits: what identifies it stands together in the last,
 * since Postfix forgets an earlier LOGIN and takes no XCLIENT after ADDR. `undefined` where the
 * login cannot be told.
 */
export function xclient(
  leg: Leg,
  listed: ReadonlySet<string>,
  login: Buffer | undefined,
): readonly string[] | undefined {
  const { client } = leg
  const { greeted } = leg.attempt
  const prefixed = listed.has('PROTO') || listed.has('HELO') || listed === blind
  const user = login && xtext(login)
  if (user !== undefined && user.length > maxValue) return undefined
  const before: Attributes = [
    ['PROTO', greeted && (greeted.verb === 'EHLO' ? 'ESMTP' : 'SMTP')],
    ['HELO', greeted && xtext(Buffer.from(greeted.name, 'latin1'))],
    ['DESTADDR', client.dialled && address(client.dialled.address, prefixed)],
    ['DESTPORT', `${client.dialled?.port ?? client.publicPort}`],
    ['SESSION', xtext(Buffer.from(client.session, 'latin1'))],
    ['TTL', timeToLive],
    ['CLIENT-TRANSPORT', client.secure ? 'TLS' : 'insecure'],
    ['DESTNAME', client.serverName && xtext(Buffer.from(client.serverName, 'latin1'))],
  ]
  const who: Attributes = [
    ['ADDR', address(client.address, prefixed)],
    ['PORT', client.port > 0 ? `${client.port}` : undefined],
    ['LOGIN', user],
  ]
  const name = xtext(Buffer.from(client.name, 'latin1'))
  const short = [...who, ['NAME', '[UNAVAILABLE]']] as const
  const last = [...who, ['NAME', name]] as const
  const identity = name.length <= maxValue && line(last, listed).length <= maxLine ? last : short
  const whole = line([...before, ...identity], listed)
  return whole.length <= maxLine ? [whole] : [...split(before, listed), line(identity, listed)]
}

type Attributes = readonly (readonly [name: string, value: string | undefined])[]

function line(attributes: Attributes, listed: ReadonlySet<string>): string {
  return ['XCLIENT', ...told(attributes, listed)].join(' ')
}

function told(attributes: Attributes, listed: ReadonlySet<string>): readonly string[] {
  return attributes
    .filter(([name, value]) => value && value.length <= maxValue && listed.has(name))
    .map(pair => pair.join('='))
}

function split(attributes: Attributes, listed: ReadonlySet<string>): readonly string[] {
  const lines: string[] = []
  for (const attribute of told(attributes, listed)) {
    const longer = `${lines.at(-1) ?? 'XCLIENT'} ${attribute}`
    if (lines.length > 0 && longer.length <= maxLine) lines[lines.length - 1] = longer
    else lines.push(`XCLIENT ${attribute}`)
  }
  return lines
}

/** Postfix and Dovecot want the prefix; Exim, which lists neither PROTO nor HELO, stores it. */
function address(text: string, prefixed: boolean): string {
  // A client of a Unix socket has none, and Postfix's word for that.
  if (text === 'unix:') return '[UNAVAILABLE]'
  return prefixed && text.includes(':') ? `IPV6:${text}` : text
}

/** Octets outside 33..126, `+` and `=` become `+` and two upper case hexadecimal digits. */
export function xtext(bytes: Buffer): string {
  return Array.from(bytes, octet =>
    octet < 33 || octet > 126 || octet === 0x2b || octet === 0x3d
      ? `+${octet.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(octet),
  ).join('')
}
