import { names } from '../../sasl/mechanism.ts'
import type { FrontSettings } from '../protocol.ts'

/** What EHLO answers; each whole, with its line ends. */
export interface Greetings {
  /** On TLS, and where there is no STARTTLS. */
  readonly plain: string
  /** In clear, while STARTTLS may still be said. */
  readonly clear: string
}

export function greetings(settings: FrontSettings): Greetings {
  const sasl = names(settings.mechanisms)
  const auth = sasl.length > 0 ? [`AUTH ${sasl.join(' ')}`] : []
  const plain = [settings.serverName, ...settings.capabilities, ...auth]
  const clear = {
    off: plain,
    on: [...plain, 'STARTTLS'],
    only: [settings.serverName, ...settings.capabilities, 'STARTTLS'],
  }
  return { plain: lines(plain), clear: lines(clear[settings.starttls]) }
}

function lines(words: readonly string[]): string {
  return words.map((word, i) => `250${i < words.length - 1 ? '-' : ' '}${word}\r\n`).join('')
}

/**
 * The extensions that a relay can carry, in the order in which they are offered. Chunks reach only a
 * backend whose own EHLO has CHUNKING (`relayed-transaction.ts`).
 */
const carried = [
  'SIZE',
  '8BITMIME',
  'SMTPUTF8',
  'PIPELINING',
  'CHUNKING',
  'DSN',
  'ENHANCEDSTATUSCODES',
]

/** Until a backend was heard: what every server of today has. */
const unheard = ['PIPELINING', '8BITMIME']

/**
 * What may be offered to clients, given what each backend said in its last EHLO: what all of them
 * have. SIZE is the smallest; none, or 0, is no limit (RFC 1870).
 */
export function offered(heard: readonly (readonly string[])[]): string[] {
  if (heard.length === 0) return [...unheard]
  const backends = heard.map(lines => new Map(lines.map(keyword)))
  return carried
    .filter(name => backends.every(backend => backend.has(name)))
    .map(name => (name === 'SIZE' ? size(backends.map(backend => backend.get(name))) : name))
}

function keyword(line: string): [string, string] {
  const [name = '', ...parameters] = line.split(' ')
  return [name.toUpperCase(), parameters.join(' ')]
}

function size(limits: readonly (string | undefined)[]): string {
  const octets = limits.filter(limit => limit && /^[1-9]\d{0,14}$/.test(limit)).map(Number)
  return octets.length > 0 ? `SIZE ${Math.min(...octets)}` : 'SIZE'
}
