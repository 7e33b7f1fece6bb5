import { isIP } from 'node:net'
import type { LoginLimit, SessionLimit } from '../config/config.ts'
import { octetsOf } from '../wire/address.ts'
import { Counts } from './counts.ts'
import { Failures } from './failures.ts'

/**
 * One limiter for all protocols and listeners of a process: sessions by listener, client and user,
 * and failed logins by client and by client and user together. A client is its IPv4 address or its
 * IPv6 /64, since whoever has one address of a /64 has them all.
 */
export class Limits {
  readonly #sessions = new Counts()
  readonly #failures: Failures

  constructor(failures = new Failures()) {
    this.#failures = failures
  }

  /**
   * Counts a session of `client` at `listener`. What it holds is given back by `release`; a limit
   * that is reached is named instead, and nothing is held.
   */
  admit(
    limits: readonly SessionLimit[],
    { listener, client }: { readonly listener: string; readonly client: string },
  ): Held | { readonly reached: 'listener' | 'client' } {
    const held = new Held(this.#sessions)
    for (const { of, most } of limits) {
      if (of === 'user') continue
      const key = of === 'listener' ? `listener ${listener}` : `client ${client}`
      if (held.take(key, most)) continue
      held.release()
      return { reached: of }
    }
    return held
  }

  /** Counts a session of `user` into what it holds already; whether there was room. */
  admitUser(limits: readonly SessionLimit[], held: Held, user: string): boolean {
    return limits.every(({ of, most }) => of !== 'user' || held.take(`user ${user}`, most))
  }

  /** Whether a login of `user` from `client` is refused unheard. */
  refuses(limits: readonly LoginLimit[], client: string, user: string): boolean {
    return limits.some(limit => this.#failures.refuses(keyOf(limit, client, user), rateOf(limit)))
  }

  /** Counts a failed login; the ms for which its answer is held back. */
  failed(limits: readonly LoginLimit[], client: string, user: string): number {
    const delays = limits.map(limit =>
      this.#failures.failed(keyOf(limit, client, user), rateOf(limit)),
    )
    return Math.max(0, ...delays)
  }

  /**
   * The user is no guesser at this client. The client's own count stays: whoever has one password
   * could otherwise guess all others.
   */
  succeeded(limits: readonly LoginLimit[], client: string, user: string): void {
    for (const limit of limits) {
      if (limit.of === 'user') this.#failures.forgive(keyOf(limit, client, user))
    }
  }
}

/** What one session counts for. */
export class Held {
  readonly #counts: Counts
  readonly #keys: string[] = []

  constructor(counts: Counts) {
    this.#counts = counts
  }

  take(key: string, most: number): boolean {
    if (!this.#counts.take(key, most)) return false
    this.#keys.push(key)
    return true
  }

  /** Gives back what was taken since there were `kept`; all of it unless told. */
  release(kept = 0): void {
    for (const key of this.#keys.splice(kept)) this.#counts.release(key)
  }

  get size(): number {
    return this.#keys.length
  }
}

/** The longest user name that is told from others; strangers choose its length. */
const longestUser = 128

/** The network that `address`, canonical, counts as: itself, or its IPv6 /64. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const octets = octetsOf(address)
  const groups = [0, 2, 4, 6].map(at => octets.readUInt16BE(at).toString(16))
  return `${groups.join(':')}::/64`
}

/** User names as limits tell them apart: whatever their case and however long. */
export function userOf(login: Buffer): string {
  return login.toString('latin1', 0, longestUser).toLowerCase()
}

function keyOf({ of }: LoginLimit, client: string, user: string): string {
  return of === 'client' ? client : `${client} ${user}`
}

function rateOf({ failures, time }: LoginLimit) {
  return { most: failures, per: time }
}
