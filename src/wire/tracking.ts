import type { Moves, Tracker } from '../words/relayed.ts'
import type { Connection } from './connection.ts'

/** What a tracked session does at its ends. */
interface Ends {
  /** The client has said all, and the backend got what was to get to it. */
  readonly clientEnded: () => void
  /** The session is to end: the client was told, the backend is to be cut off. */
  readonly over: () => void
}

/**
 * Two connections between which a tracker decides what is sent. The client is not read while the tracker
 * waits for the backend, nor while either of them has enough to write: answers of ours come without
 * the backend having to be read.
 */
export class Tracking {
  readonly #tracker: Tracker
  readonly #client: Connection
  readonly #backend: Connection
  readonly #isFull: (connection: Connection) => boolean
  readonly #ends: Ends
  #clientEnded = false

  constructor(
    tracker: Tracker,
    connections: { readonly client: Connection; readonly backend: Connection },
    isFull: (connection: Connection) => boolean,
    ends: Ends,
  ) {
    this.#tracker = tracker
    this.#client = connections.client
    this.#backend = connections.backend
    this.#isFull = isFull
    this.#ends = ends
  }

  /** Takes what the client sent, which must be ours. */
  fromClient(chunk: Buffer): void {
    this.#move(this.#tracker.client(chunk))
    if (this.#isHeld()) this.#client.pause()
  }

  /** Takes what the backend sent, which must be ours. */
  fromBackend(chunk: Buffer): void {
    this.#move(this.#tracker.backend(chunk))
    this.readOn()
  }

  /** Reads the client again, if it may be. */
  readOn(): void {
    if (this.#isHeld()) return
    if (this.#clientEnded) this.clientEnded()
    else if (this.#client.paused) this.#client.resume()
  }

  clientEnded(): void {
    // What the client said last goes ahead of the end.
    this.#clientEnded = this.#tracker.waiting
    if (!this.#clientEnded) this.#ends.clientEnded()
  }

  backendEnded(): void {
    this.#move(this.#tracker.backendEnded())
  }

  #isHeld(): boolean {
    return this.#tracker.waiting || this.#isFull(this.#backend) || this.#isFull(this.#client)
  }

  #move({ toBackend, toClient, over }: Moves): void {
    if (over === undefined) this.#backend.writeAll(toBackend)
    this.#client.writeAll(toClient)
    if (over !== undefined) this.#ends.over()
  }
}
