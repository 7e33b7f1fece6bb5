import { isIP } from 'node:net'
import { type Argument, textOf } from './parse.ts'

export type Identity =
  | { readonly kind: 'told'; readonly pairs: ReadonlyMap<string, string> }
  | { readonly kind: 'invalid' }

const maxPairs = 30
const port = (value: string) => /^\d{1,5}$/.test(value)

/** What each key of a trusted front must look like; other keys are the client's own words. */
const shapes: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['x-originating-ip', (value: string) => isIP(value) !== 0],
  ['x-originating-port', port],
  ['x-connected-ip', (value: string) => isIP(value) !== 0],
  ['x-connected-port', port],
  ['x-session-id', (value: string) => value.length <= 64],
  ['x-proxy-ttl', (value: string) => /^[1-9]\d?$/.test(value)],
])

/** The argument of ID (RFC 2971) with the keys by which Dovecot is told who the client is. */
export function parseIdentity(argument: Argument | undefined): Identity {
  if (argument?.kind !== 'list') {
    return textOf(argument)?.toUpperCase() === 'NIL'
      ? { kind: 'told', pairs: new Map() }
      : { kind: 'invalid' }
  }
  const words = argument.items.map(textOf)
  if (words.length % 2 !== 0 || words.length > 2 * maxPairs) return { kind: 'invalid' }
  const pairs = new Map<string, string>()
  for (let at = 0; at < words.length; at += 2) {
    const [key = '', value = ''] = [words[at]?.toLowerCase(), words[at + 1]]
    if (shapes.get(key)?.(value) === false) return { kind: 'invalid' }
    pairs.set(key, value)
  }
  return { kind: 'told', pairs }
}
