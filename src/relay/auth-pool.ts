import { type Connection, nobody, type Receiver } from '../wire/connection.ts'
import { Deadline, type Wheel } from '../wire/wheel.ts'

/** How long a connection waits for the next question, ms; less than servers usually wait. */
const idleTime = 4_000

interface Idle {
  readonly connection: Connection
  readonly deadline: Deadline
}

/** Connections to one auth server that wait for the next question. */
export class AuthPool {
  readonly #most: number
  /** The one that was used last stands at the end. */
  readonly #idle: Idle[] = []

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#idle.length
  }

  /** The one that was used last; it is the caller's. */
  take(wheel: Wheel): Connection | undefined {
    const idle = this.#idle.pop()
    if (!idle) return undefined
    wheel.disarm(idle.deadline)
    idle.connection.stay(true)
    return idle.connection
  }

  /** Keeps a connection over which everything was said; whatever comes over it now ends it. */
  put(connection: Connection, wheel: Wheel): void {
    if (this.#idle.length >= this.#most || connection.destroyed || connection.ended) {
      connection.destroy()
      return
    }
    const close = () => {
      const at = this.#idle.indexOf(idle)
      if (at >= 0) this.#idle.splice(at, 1)
      wheel.disarm(idle.deadline)
      connection.destroy()
    }
    const idle = { connection, deadline: new Deadline(close) }
    this.#idle.push(idle)
    wheel.arm(idle.deadline, idleTime)
    const waiting: Receiver = { ...nobody, received: close, ended: close, closed: close }
    connection.attach(waiting)
    connection.stay(false)
  }
}
