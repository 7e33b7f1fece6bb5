import { Buffer } from 'node:buffer'
import type { HttpVersion } from '../protocol/auth-http.ts'
import { type AuthAnswer, authAnswer, startsAnswer } from '../protocol/auth-http-answer.ts'
import { type Connection, kept, nobody, type Receiver, type Whose } from '../wire/connection.ts'
import { wipe } from '../wire/octets.ts'
import type { Dialled, Dialling } from '../wire/sockets.ts'
import { Deadline, type Wheel } from '../wire/wheel.ts'
import type { AuthPool, Kept } from './auth-pool.ts'

/** What one exchange came to; `timeout` and `broken` never reached an answer. */
export type Exchange =
  | AuthAnswer
  | { readonly kind: 'timeout' }
  | { readonly kind: 'broken'; readonly reason: string }

const nothing = Buffer.alloc(0)

/** How an auth server is asked. */
export interface Manner {
  readonly version: HttpVersion
  /** ms for all of one exchange: `auth_http_timeout`. */
  readonly timeout: number
  /** Connections that stay, as far as `auth_http_keepalive` and the server let them. */
  readonly pool: AuthPool | undefined
}

/** One question to an auth server over one connection, and its answer. */
export class AuthExchange implements Receiver {
  readonly #manner: Manner
  readonly #wheel: Wheel
  readonly #deadline: Deadline
  readonly #over: (exchange: Exchange) => void
  #isOver = false
  #dialling: Dialling | undefined
  #connection: Connection | undefined
  #kept: Kept | undefined
  #received: Buffer = nothing

  /** `over` is told once what it came to. */
  constructor(wheel: Wheel, manner: Manner, over: (exchange: Exchange) => void) {
    this.#wheel = wheel
    this.#manner = manner
    this.#over = over
    this.#deadline = new Deadline(() => this.#finish({ kind: 'timeout' }))
    wheel.arm(this.#deadline, manner.timeout)
  }

  /** Whether some of an answer to this question has come. */
  get heard(): boolean {
    return this.#received.length > 0
  }

  /** Asks once a connection is dialled. `question` is told and zeroed. */
  dial(dial: (dialled: Dialled) => Dialling, question: () => Buffer): void {
    this.#dialling = dial(outcome => {
      const wanted = this.#dialling !== undefined
      this.#dialling = undefined
      if (outcome instanceof Error) this.#finish({ kind: 'broken', reason: reasonOf(outcome) })
      else if (wanted) this.#ask(outcome, question())
      else outcome.destroy()
    })
  }

  /** Asks over a connection that waited. */
  askAgain(over: Kept, question: Buffer): void {
    this.#kept = over
    this.#ask(over.connection, question)
  }

  #ask(connection: Connection, question: Buffer): void {
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
    if (this.#kept && !startsAnswer(all)) {
      wipe(all)
      this.#received = nothing
      this.#finish({ kind: 'broken', reason: 'sent what belongs to no answer' })
      return
    }
    const heard = authAnswer(all, this.#manner.version)
    if (!heard) {
      this.#received = all === octets ? kept(octets, whose) : all
      return
    }
    wipe(all)
    this.#finish(heard.answer, heard.stays)
  }

  ended(): void {
    this.#finish({ kind: 'broken', reason: early })
  }

  drained(): void {}

  closed(): void {
    this.#finish({ kind: 'broken', reason: early })
  }

  #finish(exchange: Exchange, stays = false): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#wheel.disarm(this.#deadline)
    this.#dialling?.abandon()
    this.#dialling = undefined
    const connection = this.#connection
    this.#connection = undefined
    connection?.attach(nobody)
    const { pool } = this.#manner
    if (stays && pool && connection) pool.put(connection, this.#kept)
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
