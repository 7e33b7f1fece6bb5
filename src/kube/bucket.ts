import type { Clock } from '../source/clock.ts'

export interface Rate {
  /** How many may come at once. */
  readonly burst: number
  /** Milliseconds until one more may come. */
  readonly every: number
}

/** A token bucket. `take` answers how long to wait; 0: it was taken. */
export class Bucket {
  readonly #rate: Rate
  readonly #clock: Clock
  #tokens: number
  #filled: number

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
    this.#tokens = rate.burst
    this.#filled = clock.now()
  }

  take(): number {
    const { burst, every } = this.#rate
    const now = this.#clock.now()
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filled) / every)
    this.#filled = now
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * every)
    this.#tokens--
    return 0
  }
}
