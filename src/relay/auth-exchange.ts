import { Buffer } from 'node:buffer'
import { type AuthAnswer, authAnswer, isReusable } from '../protocol/auth-http-answer.ts'
import { type Connection, kept, nobody, type Receiver, type Whose } from '../wire/connection.ts'
import { wipe } from '../wire/octets.ts'
import type { Dialled, Dialling } from '../wire/sockets.ts'
import { Deadline, type Wheel } from '../wire/wheel.ts'
import type { AuthPool } from './auth-pool.ts'

/** What one exchange came to; `timeout` and `broken` never reached an answer. */
export type Exchange =
  | AuthAnswer
  | { readonly kind: 'timeout' }
  | { readonly kind: 'broken'; readonly reason: string }

const nothing = Buffer.alloc(0)

/** One question to an auth server over one connection, and its answer. */
export class AuthExchange implements Receiver {
  readonly #pool: AuthPool | undefined
  readonly #wheel: Wheel
  readonly #deadline: Deadline
  readonly #over: (exchange: Exchange) => void
  #isOver = false
  #dialling: Dialling | undefined
  #connection: Connection | undefined
  #received: Buffer = nothing

  /**
   * `within`: ms for all of it. A connection goes to `pool` afterwards, if there is one. `over` is told once
   * what it came to.
   */
  constructor(
    wheel: Wheel,
    within: number,
    pool: AuthPool | undefined,
    over: (exchange: Exchange) => void,
  ) {
    this.#wheel = wheel
    this.#pool = pool
    this.#over = over
    this.#deadline = new Deadline(() => this.#finish({ kind: 'timeout' }))
    wheel.arm(this.#deadline, within)
  }

  /** Whether some of the answer has come. */
  get heard(): boolean {
    return this.#received.length > 0
  }

  /** Asks once a connection is dialled. `question` is told and zeroed. */
  dial(dial: (dialled: Dialled) => Dialling, question: () => Buffer): void {
    this.#dialling = dial(outcome => {
      const wanted = this.#dialling !== undefined
      this.#dialling = undefined
      if (outcome instanceof Error) this.#finish({ kind: 'broken', reason: reasonOf(outcome) })
      else if (wanted) this.ask(outcome, question())
      else outcome.destroy()
    })
  }

  /** Asks over a connection that is there. */
  ask(connection: Connection, question: Buffer): void {
    this.#connection = connection
    connection.attach(this)
    connection.writeSecret(question)
  }

  /** Breaks it off. */
  abandon(): void {
    this.#finish({ kind: 'broken', reason: early })
  }

  received(octets: Buffer, whose: Whose): void {
    const known = this.#received
    const all = known.length === 0 ? octets : joined(known, octets)
    const answer = authAnswer(all)
    if (answer.kind === 'incomplete') {
      this.#received = all === octets ? kept(octets, whose) : all
      return
    }
    const reusable = this.#pool !== undefined && isReusable(all)
    wipe(all)
    this.#finish(answer, reusable)
  }

  ended(): void {
    this.#finish({ kind: 'broken', reason: early })
  }

  drained(): void {}

  closed(): void {
    this.#finish({ kind: 'broken', reason: early })
  }

  #finish(exchange: Exchange, reusable = false): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#wheel.disarm(this.#deadline)
    this.#dialling?.abandon()
    this.#dialling = undefined
    const connection = this.#connection
    this.#connection = undefined
    connection?.attach(nobody)
    if (reusable && this.#pool && connection) this.#pool.put(connection, this.#wheel)
    else connection?.destroy()
    wipe(this.#received)
    this.#over(exchange)
  }
}

const early = 'closed the connection early'

function reasonOf(error: Error): string {
  return 'code' in error ? `cannot be reached: ${error.code}` : 'cannot be reached'
}

/** Both, zeroed where they stood. */
function joined(first: Buffer, second: Buffer): Buffer {
  const both = Buffer.concat([first, second])
  first.fill(0)
  second.fill(0)
  return both
}
