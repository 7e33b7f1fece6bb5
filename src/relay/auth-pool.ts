import type { Connection, Receiver } from '../wire/connection.ts'
import { Deadline, type Wheel } from '../wire/wheel.ts'

/** How long a connection waits for the next question, ms; less than servers usually wait. */
const idleTime = 4_000

/**
 * Questions over one connection. Without an end to them, a name or a Service that leads elsewhere by now
 * would never be asked again where there is always a next question.
 */
export const mostQuestions = 1_000

/** A connection over which an auth server answered, and said that it may be asked again. */
export class Kept implements Receiver {
  readonly connection: Connection
  readonly deadline: Deadline
  readonly #over: (kept: Kept) => void
  questions = 0

  /** `over` is told that it is of no more use while it waits. */
  constructor(connection: Connection, over: (kept: Kept) => void) {
    this.connection = connection
    this.#over = over
    this.deadline = new Deadline(() => over(this))
    // Whoever waits for an answer keeps the process; a connection alone does not.
    connection.stay(false)
  }

  /** Nothing was asked: whatever comes is not an answer. */
  received(): void {
    this.#over(this)
  }

  ended(): void {
    this.#over(this)
  }

  closed(): void {
    this.#over(this)
  }

  drained(): void {}
}

/** Connections to one auth server that wait for the next question. */
export class AuthPool {
  readonly #most: number
  readonly #wheel: Wheel
  /** The one that was used last stands at the end. */
  readonly #idle: Kept[] = []

  /** `most`: how many may wait. */
  constructor(most: number, wheel: Wheel) {
    this.#most = most
    this.#wheel = wheel
  }

  get size(): number {
    return this.#idle.length
  }

  /** The one that was used last; it is the caller's. */
  take(): Kept | undefined {
    const kept = this.#idle.pop()
    if (kept) this.#wheel.disarm(kept.deadline)
    return kept
  }

  /** Keeps a connection over which everything was said; `taken`: as what it was taken, if it was. */
  put(connection: Connection, taken?: Kept): void {
    const questions = (taken?.questions ?? 0) + 1
    const isSpent = questions >= mostQuestions || connection.destroyed || connection.ended
    if (isSpent || this.#idle.length >= this.#most) {
      connection.destroy()
      return
    }
    const kept = taken ?? new Kept(connection, this.#close)
    kept.questions = questions
    this.#idle.push(kept)
    this.#wheel.arm(kept.deadline, idleTime)
    connection.attach(kept)
  }

  readonly #close = (kept: Kept): void => {
    const at = this.#idle.indexOf(kept)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#wheel.disarm(kept.deadline)
    kept.connection.destroy()
  }
}
