import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { canonical } from './address.ts'

/** `address` is canonical; the bits behind the first `bits` need not be 0. */
export interface Network {
  readonly address: string
  readonly bits: number
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
