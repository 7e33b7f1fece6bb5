import { readFileSync } from 'node:fs'

/**
 * Descriptors that sessions leave alone: listeners, files, auth servers, and what Node needs. Without
 * any left the kernel's connections are accepted and closed without a word, and no backend is reached.
 */
const reserved = 64
/** A session has one for each of its two sides. */
const perSession = 2
/** Milliseconds between two lines of the log about it. */
const quiet = 1_000

/** Whether the process has descriptors for a further session. */
export class Descriptors {
  readonly #most: number
  #said = Number.NEGATIVE_INFINITY

  /** `limit`: how many the process may have open. */
  constructor(limit = softLimit()) {
    this.#most = Math.floor((limit - reserved) / perSession)
  }

  hasRoom(sessions: number): boolean {
    return sessions < this.#most
  }

  /** Whether the log should say now that there is no room; `now` in ms. */
  isWorthALine(now = performance.now()): boolean {
    if (now - this.#said < quiet) return false
    this.#said = now
    return true
  }
}

/** RLIMIT_NOFILE, which Node raises to the hard limit when it starts; none where Linux does not say. */
function softLimit(): number {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
