import { lookup, reverse } from 'node:dns/promises'
import { isIP, isIPv6 } from 'node:net'
import { canonical } from '../wire/address.ts'

/**
 * Forward-confirmed names of clients (RFC 8601 2.7.3 `iprev`): the name that the client's address has,
 * if that name has the client's address. Asynchronous, bounded and cached.
 */

/** What stands in a name's place: the client has none, or it cannot be found out now. */
export const unavailable = '[UNAVAILABLE]'
export const tempUnavailable = '[TEMPUNAVAIL]'

/** Milliseconds until an address counts as having no answer. */
export const lookupTimeout = 5_000
/** Lookups at a time; an address beyond them is `[TEMPUNAVAIL]` for now. */
const mostLookups = 64
/** Addresses whose name is remembered, the longest known forgotten first. */
const mostRemembered = 10_000
/** For how long, in ms: what came without a time of its own, and what came with a long one. */
const rememberedFor = 60_000
const rememberedAtMost = 3_600_000
/** Names of one address that are tried. */
const mostNames = 4

const validName = /^[A-Za-z0-9.-]{1,255}$/

/** No such name, or no such record: final answers, as opposed to a resolver that cannot say. */
const nameless: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA'])

export interface Names {
  /** The name of the client at `address`, or `[UNAVAILABLE]` or `[TEMPUNAVAIL]`. Never rejects. */
  of(address: string): Promise<string>
}

/** How names and addresses are asked for; the system's own resolver unless a test says otherwise. */
export interface Resolver {
  reverse(address: string): Promise<readonly string[]>
  /** The addresses of `name` in the family of `like`. */
  forward(name: string, like: string): Promise<readonly Found[]>
}

export interface Found {
  readonly address: string
  /** The record's time to live in seconds, where it is known. */
  readonly ttl?: number
}

const system: Resolver = {
  reverse,
  forward: (name, like) => lookup(name, { all: true, family: isIPv6(like) ? 6 : 4 }),
}

export function names({
  resolver = system,
  timeout = lookupTimeout,
  valid,
}: {
  readonly resolver?: Resolver
  /** For all that one name takes, ms. */
  readonly timeout?: number
  /** How long a name is remembered, ms, whatever the records say. */
  readonly valid?: number | undefined
} = {}): Names {
  const remembered = new Map<string, { readonly name: string; readonly until: number }>()
  const asking = new Map<string, Promise<string>>()

  async function ask(address: string): Promise<string> {
    const { name, lasts } = await withTimeout(confirmed(resolver, address), timeout)
    asking.delete(address)
    if (name !== tempUnavailable) remember(address, name, valid ?? lasts)
    return name
  }

  function remember(address: string, name: string, lasts: number): void {
    const oldest = remembered.keys().next()
    if (remembered.size >= mostRemembered && !oldest.done) remembered.delete(oldest.value)
    remembered.set(address, { name, until: performance.now() + lasts })
  }

  return {
    of(address) {
      // A client of a Unix socket; nginx cannot name it either.
      if (isIP(address) === 0) return Promise.resolve(tempUnavailable)
      const known = remembered.get(address)
      if (known && known.until > performance.now()) return Promise.resolve(known.name)
      remembered.delete(address)
      const asked = asking.get(address)
      if (asked !== undefined) return asked
      if (asking.size >= mostLookups) return Promise.resolve(tempUnavailable)
      const answer = ask(address)
      asking.set(address, answer)
      return answer
    },
  }
}

interface Answer {
  readonly name: string
  /** Milliseconds. */
  readonly lasts: number
}

const known = (name: string): Answer => ({ name, lasts: rememberedFor })

async function confirmed(resolver: Resolver, address: string): Promise<Answer> {
  let found: readonly string[]
  try {
    found = await resolver.reverse(address)
  } catch (error) {
    return known(verdict(error))
  }
  let answer = unavailable
  for (const name of found.slice(0, mostNames)) {
    // A name that could not stand in a command is not one (nginx's CVE-2026-28753).
    if (!validName.test(name)) {
      answer = tempUnavailable
      continue
    }
    try {
      const addresses = await resolver.forward(name, address)
      const own = addresses.find(each => canonical(each.address) === address)
      if (own) return { name, lasts: lifetime(own) }
    } catch (error) {
      if (verdict(error) === tempUnavailable) answer = tempUnavailable
    }
  }
  return known(answer)
}

/** Milliseconds that a name lasts: those of its address, since Node does not tell its own, and no more than an hour. */
export function lifetime({ ttl }: Found): number {
  return ttl === undefined ? rememberedFor : Math.min(ttl * 1_000, rememberedAtMost)
}

/** Whether a resolver said for good that there is nothing. */
export function isNameless(error: unknown): boolean {
  return error instanceof Error && 'code' in error && nameless.has(String(error.code))
}

function verdict(error: unknown): string {
  return isNameless(error) ? unavailable : tempUnavailable
}

async function withTimeout(answer: Promise<Answer>, ms: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>(resolve => {
    timer = setTimeout(resolve, ms, known(tempUnavailable))
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
