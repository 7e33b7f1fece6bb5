import type { Leg } from '../protocol.ts'

/**
 * Postfix's XCLIENT and its kin: who the client is, in attributes of which a backend is told those
 * that it lists. Values are xtext (RFC 3461 section 4).
 */

const verb = 'XCLIENT'

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
  const prefixed = listed.has('PROTO') || listed.has('HELO') || listed === blind
  const user = login && xtext(login)
  if (user !== undefined && user.length > maxValue) return undefined
  const before = session(leg, listed, prefixed)
  const who =
    told(listed, 'ADDR', address(client.address, prefixed)) +
    told(listed, 'PORT', client.port > 0 ? `${client.port}` : undefined) +
    told(listed, 'LOGIN', user)
  const name = xtext(client.name)
  const named = who + told(listed, 'NAME', name)
  const fits = name.length <= maxValue && verb.length + named.length <= maxLine
  const identity = fits ? named : who + told(listed, 'NAME', '[UNAVAILABLE]')
  const whole = verb + before + identity
  return whole.length <= maxLine ? [whole] : [...split(before), verb + identity]
}

/** What is told of the session ahead of who the client is. */
function session({ attempt, client }: Leg, listed: ReadonlySet<string>, prefixed: boolean): string {
  const { greeted } = attempt
  const { dialled, serverName } = client
  return (
    told(listed, 'PROTO', greeted && (greeted.verb === 'EHLO' ? 'ESMTP' : 'SMTP')) +
    told(listed, 'HELO', greeted && xtext(greeted.name)) +
    told(listed, 'DESTADDR', dialled && address(dialled.address, prefixed)) +
    told(listed, 'DESTPORT', `${dialled?.port ?? client.publicPort}`) +
    told(listed, 'SESSION', xtext(client.session)) +
    told(listed, 'TTL', timeToLive) +
    told(listed, 'CLIENT-TRANSPORT', client.secure ? 'TLS' : 'insecure') +
    told(listed, 'DESTNAME', serverName && xtext(serverName))
  )
}

/** An attribute behind a space, if it is to be told. */
function told(listed: ReadonlySet<string>, name: string, value: string | undefined): string {
  return value && value.length <= maxValue && listed.has(name) ? ` ${name}=${value}` : ''
}

/** Lines for `attributes`, each of which begins with the only space in it. */
function split(attributes: string): readonly string[] {
  const lines: string[] = []
  for (const attribute of attributes.split(' ').slice(1)) {
    const longer = `${lines.at(-1) ?? verb} ${attribute}`
    if (lines.length > 0 && longer.length <= maxLine) lines[lines.length - 1] = longer
    else lines.push(`${verb} ${attribute}`)
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
export function xtext(said: Buffer | string): string {
  const text = typeof said === 'string' ? said : said.toString('latin1')
  for (let at = 0; at < text.length; at++) if (!isPlain(text.charCodeAt(at))) return escaped(text)
  return text
}

function isPlain(octet: number): boolean {
  return octet >= 33 && octet <= 126 && octet !== 0x2b && octet !== 0x3d
}

function escaped(text: string): string {
  return Array.from(Buffer.from(text, 'latin1'), octet =>
    isPlain(octet)
      ? String.fromCharCode(octet)
      : `+${octet.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')
}
