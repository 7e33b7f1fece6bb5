import type { Relayed, Tracker, Watcher } from '../words/relayed.ts'
import { type Connection, kept, type Receiver, type Whose } from './connection.ts'
import type { Ending, Splicing } from './splicing.ts'
import { highWaterMark } from './stream-connection.ts'
import { Tracking } from './tracking.ts'
import { Deadline, type Wheel } from './wheel.ts'

/**
 * The relay phase: octets both ways between two connections, with backpressure by pause and resume, until
 * both are closed. No promise, no stream machinery and no work per octet in JavaScript.
 *
 * An end is passed on, not taken for the end of both: what the other side still has to say arrives.
 * After one side has ended, silence of `linger` ends the rest.
 */

/** Milliseconds of silence after which both sockets are probed, so that no NAT forgets them. */
const quiet = 30_000
/** TCP keep-alive probes begin after this idle time, in ms: below the limits of the usual load balancers. */
export const keepAliveDelay = 60_000

/** Milliseconds of silence after one side has ended until both are closed. */
export const linger = 30_000

export class Splice implements Receiver {
  readonly #client: Connection
  readonly #backend: Connection
  readonly #wheel: Wheel
  readonly #hold: number
  readonly #clientProbed: boolean
  readonly #deadline: Deadline
  readonly #ended: (ending: Ending) => void
  readonly #relayed: Relayed | undefined
  readonly #watcher: Watcher | undefined
  readonly #tracking: Tracking | undefined
  #silence: number
  #ending: Ending | undefined
  /** One side has ended, or both were told to. */
  #fading = false
  #closed = 0
  /** Both connections have keep-alive on. */
  #probed = false
  /** Octets toward the backend and toward the client, since the login. */
  up = 0
  down = 0

  constructor(splicing: Splicing) {
    this.#client = splicing.client
    this.#backend = splicing.backend
    this.#wheel = splicing.wheel
    this.#hold = Math.max(splicing.hold, highWaterMark)
    this.#silence = splicing.timeout
    this.#clientProbed = splicing.clientProbed ?? false
    this.#ended = splicing.ended
    this.#deadline = new Deadline(() => this.#silent())
    const { relayed } = splicing
    this.#relayed = relayed
    this.#watcher = relayed?.kind === 'watcher' ? relayed : undefined
    this.#tracking = relayed?.kind === 'tracker' ? this.#track(relayed, splicing) : undefined
    this.#touch()
    this.#begin(splicing)
  }

  /** Ends both sides; what was written still goes out. */
  end(ending: Ending): void {
    this.#note(ending)
    if (this.#fading) {
      this.destroy(ending)
      return
    }
    this.#client.end()
    this.#backend.end()
    this.#fade()
  }

  /** Whether nothing is under way, so that the session may end with a word of ours. */
  get idle(): boolean {
    return !this.#fading && this.#relayed?.idle === true
  }

  /** Ends an idle session with `text` (latin1). */
  farewell(text: string): void {
    this.#client.write(text)
    this.end('leaving')
  }

  /** Breaks both sides off. */
  destroy(ending: Ending): void {
    this.#note(ending)
    this.#client.destroy()
    this.#backend.destroy()
  }

  received(octets: Buffer, whose: Whose, from: Connection): void {
    this.#touch()
    if (from === this.#client) this.#upward(octets, whose)
    else this.#downward(octets, whose)
  }

  ended(from: Connection): void {
    if (from === this.#client) this.#clientEnded()
    else this.#half('backend', this.#client)
  }

  drained(from: Connection): void {
    const other = from === this.#client ? this.#backend : this.#client
    const mayRead = other === this.#backend || !this.#tracking
    if (mayRead && other.paused) other.resume()
    this.#tracking?.readOn()
  }

  closed(from: Connection): void {
    if (from === this.#client) this.#close('client', this.#backend)
    else this.#close('backend', this.#client)
  }

  #track(tracker: Tracker, connections: Splicing): Tracking {
    const isFull = (connection: Connection) => this.#isFull(connection)
    return new Tracking(tracker, connections, isFull, {
      clientEnded: () => this.#half('client', this.#backend),
      over: () => {
        this.#note('relay')
        this.#backend.destroy()
        this.#client.end()
        this.#fade()
      },
    })
  }

  #begin({ ahead, early }: Splicing): void {
    this.#attach(this.#backend)
    this.#attach(this.#client)
    if (early && early.length > 0) this.received(early, 'ours', this.#backend)
    if (ahead.length > 0) this.received(ahead, 'ours', this.#client)
    this.#catchUp(this.#client)
    this.#catchUp(this.#backend)
  }

  #attach(connection: Connection): void {
    // A tracker keeps what it is given: nothing is lent for it.
    if (!this.#tracking) connection.lendable()
    connection.attach(this)
    if (connection.paused) connection.resume()
  }

  /** It may have gone while the login's last answer was on its way. */
  #catchUp(connection: Connection): void {
    if (connection.closed) this.closed(connection)
    else if (connection.ended) this.ended(connection)
  }

  #upward(octets: Buffer, whose: Whose): void {
    this.up += octets.length
    if (this.#tracking) {
      this.#tracking.fromClient(kept(octets, whose))
      return
    }
    this.#watcher?.client(octets)
    this.#backend.forward(octets, whose, this.#client)
    if (this.#isFull(this.#backend)) this.#client.pause()
  }

  #downward(octets: Buffer, whose: Whose): void {
    this.down += octets.length
    if (this.#tracking) this.#tracking.fromBackend(kept(octets, whose))
    else {
      this.#watcher?.backend(octets)
      this.#client.forward(octets, whose, this.#backend)
    }
    if (this.#isFull(this.#client)) this.#backend.pause()
  }

  #clientEnded(): void {
    if (this.#tracking) this.#tracking.clientEnded()
    else this.#half('client', this.#backend)
  }

  /** Whether `connection` has enough to write; if so, `drained` will follow. */
  #isFull(connection: Connection): boolean {
    return connection.waiting > this.#hold
  }

  #touch(): void {
    this.#wheel.arm(this.#deadline, this.#probed ? this.#silence : Math.min(quiet, this.#silence))
  }

  /** Most sessions end before they are ever silent for long: the probes cost them no system call. */
  #silent(): void {
    if (this.#probed || this.#fading || this.#silence <= quiet) {
      this.end('timeout')
      return
    }
    this.#probed = true
    if (!this.#clientProbed) this.#client.keepAlive(true, keepAliveDelay)
    this.#backend.keepAlive(true, keepAliveDelay)
    this.#wheel.arm(this.#deadline, this.#silence - quiet)
  }

  #note(ending: Ending): void {
    this.#ending ??= ending
  }

  /** One side has said all that it will: the other is told, and may still answer. */
  #half(side: 'client' | 'backend', other: Connection): void {
    this.#note(side)
    if (side === 'backend') this.#tracking?.backendEnded()
    // Closing with input unread would lose the last reply: only who says no more is not waited for.
    if (side === 'backend' && this.#relayed?.finished) other.destroySoon()
    else other.end()
    this.#fade()
  }

  #fade(): void {
    this.#fading = true
    this.#silence = Math.min(this.#silence, linger)
    this.#wheel.arm(this.#deadline, this.#silence)
  }

  #close(side: 'client' | 'backend', other: Connection): void {
    this.#note(side)
    if (side === 'backend') this.#tracking?.backendEnded()
    this.#closed++
    if (this.#closed === 2) {
      this.#wheel.disarm(this.#deadline)
      this.#ended(this.#ending ?? side)
      return
    }
    other.end()
    if (!other.destroyed) other.resume()
    this.#fade()
  }
}
