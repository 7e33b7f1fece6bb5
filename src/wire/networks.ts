import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { canonical } from './address.ts'

/** A network: `192.0.2.0/24`, `2001:db8::/32`, or one address. v4-mapped ones are IPv4. */
export interface Network {
  /** Canonical; the bits behind the first `bits` need not be 0. */
  readonly address: string
  readonly bits: number
}

export type ParsedNetwork =
  | { readonly kind: 'network'; readonly network: Network }
  /** A fragment that finishes "… is no network: ". */
  | { readonly kind: 'invalid'; readonly reason: string }

/** The bits of `::ffff:0:0/96`, under which IPv4 lies. */
const mappedBits = 96

export function parseNetwork(text: string): ParsedNetwork {
  const [written = '', digits, ...more] = text.split('/')
  if (more.length > 0) return invalid('more than one slash')
  if (written.includes('%') || !(isIPv4(written) || isIPv6(written))) return invalid('bad address')
  const most = isIPv4(written) ? 32 : 128
  const bits = digits === undefined ? most : parseBits(digits, most)
  if (bits === undefined) return invalid(`the prefix is no number from 0 to ${most}`)
  const address = canonical(written)
  const isMapped = most === 128 && isIPv4(address)
  if (isMapped && bits < mappedBits) return invalid('a network of IPv4 and IPv6')
  return { kind: 'network', network: { address, bits: isMapped ? bits - mappedBits : bits } }
}

export function printNetwork({ address, bits }: Network): string {
  return `${address}/${bits}`
}

function parseBits(digits: string, most: number): number | undefined {
  return /^(0|[1-9]\d{0,2})$/.test(digits) && Number(digits) <= most ? Number(digits) : undefined
}

function invalid(reason: string): ParsedNetwork {
  return { kind: 'invalid', reason }
}

/** A set of networks. No address of one family lies in a network of the other. */
export class Networks {
  // One list for both would find every IPv4 address in `::/0`, as a mapped one.
  readonly #four = new BlockList()
  readonly #six = new BlockList()

  constructor(networks: readonly Network[]) {
    for (const { address, bits } of networks) {
      if (isIPv4(address)) this.#four.addSubnet(address, bits, 'ipv4')
      else this.#six.addSubnet(address, bits, 'ipv6')
    }
  }

  /** Whether `address`, in any spelling, lies in one of them; what is no address lies nowhere. */
  has(address: string): boolean {
    const plain = canonical(address)
    if (isIPv4(plain)) return this.#four.check(plain, 'ipv4')
    return isIPv6(plain) && this.#six.check(plain, 'ipv6')
  }
}
