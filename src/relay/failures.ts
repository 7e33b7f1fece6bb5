/**
 * Failed logins by a key, as a leaky bucket: each failure adds one, and `most` leak away in `per`.
 * A key at `most` is refused unheard until enough has leaked, so that a guesser gets `most` tries at
 * once and then one every `per / most`.
 *
 * However many keys attack, no more than `capacity` are kept: those that failed longest ago go first.
 */
export interface Rate {
  readonly most: number
  /** ms */
  readonly per: number
}

interface Bucket {
  level: number
  /** When `level` was true, ms. */
  at: number
}

/** Keys whose failures are remembered, at some 150 octets each. */
export const mostBuckets = 65_536

/** The first failure costs nothing, then this doubles up to the longest, ms. */
const firstDelay = 500
const longestDelay = 8_000

/**
 * The share that is forgotten at once where there is no room. A `Map` keeps a gap for each key that
 * was deleted, and to find its first key passes over all of them: one key at a time, an attacker's
 * every failure would cost a tenth of a millisecond.
 */
const forgotten = 1 / 16

export class Failures {
  readonly #buckets = new Map<string, Bucket>()
  readonly #capacity: number
  readonly #now: () => number

  constructor(now: () => number = () => performance.now(), capacity = mostBuckets) {
    this.#now = now
    this.#capacity = capacity
  }

  get size(): number {
    return this.#buckets.size
  }

  /** Whether a login under `key` is to be refused unheard. */
  refuses(key: string, rate: Rate): boolean {
    return this.#level(key, rate) > rate.most - 1
  }

  /** Counts a failed login; the ms for which its answer is to be held back. */
  failed(key: string, rate: Rate): number {
    const level = this.#level(key, rate)
    this.#buckets.delete(key)
    if (this.#buckets.size >= this.#capacity) this.#forget()
    this.#buckets.set(key, { level: level + 1, at: this.#now() })
    const before = Math.round(level)
    return before === 0 ? 0 : Math.min(longestDelay, firstDelay * 2 ** (before - 1))
  }

  /** A login succeeded: its key is no guesser's. */
  forgive(key: string): void {
    this.#buckets.delete(key)
  }

  #level(key: string, { most, per }: Rate): number {
    const bucket = this.#buckets.get(key)
    if (!bucket) return 0
    return Math.max(0, bucket.level - ((this.#now() - bucket.at) * most) / per)
  }

  /** Makes room: the oldest go. */
  #forget(): void {
    let many = Math.ceil(this.#capacity * forgotten)
    for (const key of this.#buckets.keys()) {
      this.#buckets.delete(key)
      if (--many === 0) return
    }
  }
}
