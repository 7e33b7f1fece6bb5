import { isIP } from 'node:net'

export type Xclient =
  | { readonly kind: 'told'; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'invalid' }

const port = /^\d{1,5}$/

/** What each attribute must look like; those that are not here are taken and have no effect. */
const shapes: ReadonlyMap<string, (value: string) => boolean> = new Map([
  ['ADDR', (value: string) => isIP(value) !== 0],
  ['PORT', (value: string) => port.test(value)],
  ['DESTADDR', (value: string) => isIP(value) !== 0],
  ['DESTPORT', (value: string) => port.test(value)],
  ['SESSION', (value: string) => value.length <= 64],
  ['TTL', (value: string) => /^[1-9]\d?$/.test(value)],
])

/** Dovecot's POP3 XCLIENT: bare values, no xtext, no `IPV6:`. */
export function parseXclient(words: readonly string[]): Xclient {
  const attributes = new Map<string, string>()
  for (const word of words) {
    const [, name, value] = /^([A-Za-z-]+)=(.*)$/.exec(word) ?? []
    if (name === undefined || value === undefined) return { kind: 'invalid' }
    const key = name.toUpperCase()
    if (shapes.get(key)?.(value) === false) return { kind: 'invalid' }
    attributes.set(key, value)
  }
  return { kind: 'told', attributes }
}
