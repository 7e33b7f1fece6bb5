import { isIPv4, isIPv6 } from 'node:net'

/** Who the client is, as a front that is trusted told it. */
export interface Told {
  readonly ADDR?: string
  readonly PORT?: string
  readonly NAME?: string
  readonly PROTO?: string
  readonly HELO?: string
  readonly LOGIN?: string
  readonly DESTADDR?: string
  readonly DESTPORT?: string
}

export const attributes = [
  'NAME',
  'ADDR',
  'PORT',
  'PROTO',
  'HELO',
  'LOGIN',
  'DESTADDR',
  'DESTPORT',
] as const
type Attribute = (typeof attributes)[number]

export type Xclient =
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'invalid'; readonly reason: string }

/** Postfix takes 255 octets a value. */
const maxValue = 255

/** Postfix's dialect: xtext (RFC 3461), IPv6 addresses as `IPV6:…`, unknown attributes refused. */
export function parseXclient(words: readonly string[]): Xclient {
  const told: { [Name in Attribute]?: string } = {}
  if (words.length === 0) return { kind: 'invalid', reason: 'Syntax: XCLIENT attribute=value...' }
  for (const word of words) {
    const at = word.indexOf('=')
    const name = attributes.find(one => one === word.slice(0, at).toUpperCase())
    if (!name) return invalid('attribute name', word)
    const value = xtext(word.slice(at + 1))
    if (value === undefined || value.length > maxValue) return invalid(`${name} syntax`, word)
    if (value.toUpperCase() === '[UNAVAILABLE]' || value.toUpperCase() === '[TEMPUNAVAIL]') continue
    const meant = name === 'ADDR' || name === 'DESTADDR' ? address(value) : value
    if (meant === undefined) return invalid(`${name} syntax`, word)
    told[name] = meant
  }
  return { kind: 'told', told }
}

/** RFC 3461 4: `+` and two upper-case hex digits are one octet; the octets are read as UTF-8. */
function xtext(text: string): string | undefined {
  if (/\+(?![0-9A-F]{2})/.test(text)) return undefined
  const octets = text.replaceAll(/\+([0-9A-F]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(octets, 'latin1').toString('utf8')
}

function address(value: string): string | undefined {
  if (isIPv4(value)) return value
  const bare = /^IPV6:(.*)$/i.exec(value)?.[1] ?? ''
  return isIPv6(bare) ? bare : undefined
}

function invalid(what: string, word: string): Xclient {
  return { kind: 'invalid', reason: `Bad XCLIENT ${what}: ${printable(word.slice(0, 64))}` }
}

/** What strangers sent, without anything that is not printable ASCII. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?')
}
