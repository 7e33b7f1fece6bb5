import { type Connection, nobody, type Receiver } from '../wire/connection.ts'
import { Deadline, type Wheel } from '../wire/wheel.ts'

/** How long a connection waits for the next question, ms; less than servers usually wait. */
const idleTime = 4_000

/** Connections to one auth server that wait for the next question. */
export class AuthPool {
  readonly #most: number
  /** With what takes their deadlines back. */
  readonly #idle = new Map<Connection, () => void>()

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#idle.size
  }

  /** The one that was used last; it is the caller's. */
  take(): Connection | undefined {
    const connection = [...this.#idle.keys()].at(-1)
    if (connection) this.#release(connection)
    return connection
  }

  /** Keeps a connection over which everything was said; whatever comes over it now ends it. */
  put(connection: Connection, wheel: Wheel): void {
    if (this.#idle.size >= this.#most || connection.destroyed || connection.ended) {
      connection.destroy()
      return
    }
    const close = () => {
      this.#release(connection)
      connection.destroy()
    }
    const deadline = new Deadline(close)
    this.#idle.set(connection, () => wheel.disarm(deadline))
    wheel.arm(deadline, idleTime)
    const waiting: Receiver = { ...nobody, received: close, ended: close, closed: close }
    connection.attach(waiting)
    connection.stay(false)
  }

  #release(connection: Connection): void {
    this.#idle.get(connection)?.()
    this.#idle.delete(connection)
    connection.stay(true)
  }
}
