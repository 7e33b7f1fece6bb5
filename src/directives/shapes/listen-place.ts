import { type AddressPort, parseAddress, parseAddressPort, parsePort } from '../address.ts'
import { quote } from '../error.ts'
import type { Scope } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { hostName } from './auth-http.ts'

/** Ports of one range; each is a socket. */
export const maxRange = 1_000

/** Linux's `sun_path`, with its closing NUL. */
const maxSocketPath = 107

/**
 * The sockets that the first word of `listen` names, each once: `PORT`, `ADDRESS:PORT`, `HOST:PORT`
 * with every address of the host, a range of ports in place of one, or `unix:PATH`.
 */
export function listenPlaces(
  word: Word,
  scope: Scope,
  name: string,
): readonly AddressPort[] | undefined {
  const { text, position } = word
  if (text.startsWith('unix:')) return unixPlace(word, scope, name)
  const [, before = '', digits = '', last] =
    /^(?:(.*):)?(\d{1,5})(?:-(\d{1,5}))?$/s.exec(text) ?? []
  const from = parsePort(digits)
  const to = last === undefined ? from : parsePort(last)
  if (from === undefined || to === undefined || to < from) {
    scope.fault(position, reason(text, name))
    return undefined
  }
  if (to - from >= maxRange) {
    scope.fault(position, `more than ${maxRange} ports are in ${quote(text)} of "${name}"`)
    return undefined
  }
  const addresses = before === '' ? ['0.0.0.0'] : addressesOf(before, word, scope, name)
  const ports = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  return addresses?.flatMap(address => ports.map(port => ({ address, port })))
}

function unixPlace({ text, position }: Word, scope: Scope, name: string) {
  const path = text.slice('unix:'.length)
  const usable = path !== '' && !/\p{Cc}/u.test(path) && Buffer.byteLength(path) <= maxSocketPath
  if (usable) return [{ address: `unix:${scope.underPrefix(path)}`, port: 0 }]
  scope.fault(
    position,
    `"${name}" needs a path of 1 to ${maxSocketPath} octets behind "unix:", not ${quote(path)}`,
  )
  return undefined
}

function addressesOf(
  host: string,
  { text, position }: Word,
  scope: Scope,
  name: string,
): readonly string[] | undefined {
  if (host === '*') return ['0.0.0.0']
  const literal = parseAddressPort(`${host}:1`)?.address
  if (literal !== undefined) return [literal]
  if (!hostName.test(host)) {
    scope.fault(position, reason(text, name))
    return undefined
  }
  const found = new Set(scope.addresses(host).flatMap(each => parseAddress(each) ?? []))
  if (found.size > 0) return [...found]
  scope.fault(position, `host not found in ${quote(text)} of the "${name}" directive`)
  return undefined
}

function reason(text: string, name: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (bare === '*' || bare === 'localhost' || parseAddress(bare) !== undefined) {
    return `no port in ${quote(text)} of the "${name}" directive`
  }
  return `"${name}" must begin with a port or with ADDRESS:PORT, an IPv6 address in brackets, not ${quote(text)}`
}
