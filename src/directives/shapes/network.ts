import { parseAddress } from '../address.ts'
import { quote } from '../error.ts'
import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { hostName } from './auth-http.ts'

/** Addresses that begin with the same bits, or whoever comes over a Unix socket. */
export type Network =
  | { readonly kind: 'unix' }
  /** `address` is canonical, its host bits are 0. */
  | { readonly kind: 'inet'; readonly address: string; readonly bits: number }

/** What one word names: a host name may have several addresses. */
export interface Networks {
  /** As it stands. */
  readonly text: string
  readonly networks: readonly Network[]
}

const everyone: readonly Network[] = [
  { kind: 'inet', address: '0.0.0.0', bits: 0 },
  { kind: 'inet', address: '::', bits: 0 },
  { kind: 'unix' },
]

/** `ADDRESS`, `ADDRESS/BITS`, `unix:`, and where `also` says so `all` or a host name. */
export function network(also: 'all' | 'host'): Shape<Networks> {
  return {
    syntax: also === 'all' ? 'ADDRESS | CIDR | unix: | all' : 'ADDRESS | CIDR | unix: | HOST',
    least: 1,
    most: 1,
    parse([word], scope, name) {
      const networks = word && networksOf(word, also, scope, name)
      return networks && { text: word.text, networks }
    },
    print: ({ text }) => [text],
  }
}

function networksOf(
  word: Word,
  also: 'all' | 'host',
  scope: Scope,
  name: string,
): readonly Network[] | undefined {
  const { text, position } = word
  if (text === 'unix:') return [{ kind: 'unix' }]
  if (text === 'all' && also === 'all') return everyone
  const [, host = '', digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = parseAddress(host)
  if (address !== undefined) return literal(address, digits, word, scope, name)
  if (also === 'host' && digits === undefined && hostName.test(host)) {
    const found = scope.addresses(host).flatMap(each => parseAddress(each) ?? [])
    if (found.length > 0) return found.map(each => whole(each))
    scope.fault(position, `host not found in ${quote(text)} of the "${name}" directive`)
    return undefined
  }
  scope.fault(position, `invalid parameter ${quote(text)}, "${name}" takes an address or a network`)
  return undefined
}

function literal(
  address: string,
  digits: string | undefined,
  { text, position }: Word,
  scope: Scope,
  name: string,
): readonly Network[] | undefined {
  const { bits: most } = whole(address)
  const bits = digits === undefined ? most : Number(digits)
  if (bits > most) {
    scope.fault(position, `invalid parameter ${quote(text)}, "${name}" takes at most ${most} bits`)
    return undefined
  }
  const first = masked(address, bits)
  if (first !== address) {
    scope.notice(position, `low address bits of ${quote(text)} are meaningless`)
  }
  return [{ kind: 'inet', address: first, bits }]
}

function whole(address: string) {
  return { kind: 'inet' as const, address, bits: address.includes(':') ? 128 : 32 }
}

/** The address with all but its first bits 0, in canonical form. */
function masked(address: string, bits: number): string {
  const six = address.includes(':')
  const groups = six ? groupsOf(address) : address.split('.').map(Number)
  const size = six ? 16 : 8
  const kept = groups.map((group, at) => {
    const left = Math.min(Math.max(bits - at * size, 0), size)
    return group & (((1 << size) - 1) ^ ((1 << (size - left)) - 1))
  })
  const text = six ? kept.map(group => group.toString(16)).join(':') : kept.join('.')
  // `::ffff:0:0/96` and what is in it would become IPv4: those that need it write IPv4.
  return parseAddress(text) ?? address
}

function groupsOf(address: string): readonly number[] {
  const [head = '', tail] = address.split('::', 2)
  const read = (part: string) =>
    part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))
  const before = read(head)
  const after = tail === undefined ? [] : read(tail)
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...new Array<number>(zeros).fill(0), ...after]
}
