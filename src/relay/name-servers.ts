import { Resolver as Asker } from 'node:dns/promises'
import { isIPv6 } from 'node:net'
import type { Resolver as Asked } from '../config/config.ts'
import { octetsOf, printEndpoint } from '../wire/address.ts'
import { isNameless, type Resolver } from './names.ts'

type Servers = Extract<Asked, { kind: 'servers' }>

/** How long one server may take at most before the next is asked, ms, and how often each is. */
const mostPatience = 2_000
const tries = 3

/**
 * The name servers of `resolver`: asked over the network alone, whatever the machine's hosts file
 * says; each begins in its turn, and those behind it follow where it does not answer. `timeout` is for
 * each lookup, in ms.
 */
export function nameServers({ servers, ipv4, ipv6 }: Servers, timeout: number): Resolver {
  const places = servers.map(({ address, port }) => printEndpoint(address, port))
  const patience = Math.ceil(Math.min(mostPatience, timeout / (places.length + 1)))
  const askers = places.map((_, first) => {
    const asker = new Asker({ timeout: patience, tries })
    asker.setServers([...places.slice(first), ...places.slice(0, first)])
    return asker
  })
  let turn = 0
  const ask = async <T>(question: (asker: Asker) => Promise<T>): Promise<T> => {
    for (let left = askers.length - 1; ; left--) {
      const asker = askers[turn++ % askers.length] ?? new Asker()
      try {
        return await question(asker)
      } catch (error) {
        // A server that says that there is no such name has answered.
        if (left <= 0 || isNameless(error)) throw error
      }
    }
  }
  return {
    reverse: address =>
      within(
        ask(asker => asker.resolvePtr(arpa(address))),
        timeout,
      ),
    forward: async (name, like) => {
      if (isIPv6(like))
        return ipv6
          ? within(
              ask(asker => asker.resolve6(name, { ttl: true })),
              timeout,
            )
          : []
      return ipv4
        ? within(
            ask(asker => asker.resolve4(name, { ttl: true })),
            timeout,
          )
        : []
    },
  }
}

/** The name under which the names of an address stand (RFC 1035 3.5, RFC 3596 2.5). */
export function arpa(address: string): string {
  const octets = octetsOf(address)
  if (octets.length === 4) return `${[...octets].toReversed().join('.')}.in-addr.arpa`
  return `${[...octets.toString('hex')].toReversed().join('.')}.ip6.arpa`
}

async function within<T>(answer: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), ms)
  try {
    return await Promise.race([answer, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
