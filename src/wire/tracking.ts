import type { Socket } from 'node:net'
import type { Moves, Tracker } from '../words/relayed.ts'

/** Two sockets between which a tracker decides what is sent. */
export class Tracking {
  readonly #tracker: Tracker
  readonly #client: Socket
  readonly #backend: Socket
  readonly #over: () => void

  /** `over` is called when the session is to end: the client has been told. */
  constructor(tracker: Tracker, client: Socket, backend: Socket, over: () => void) {
    this.#tracker = tracker
    this.#client = client
    this.#backend = backend
    this.#over = over
  }

  get waiting(): boolean {
    return this.#tracker.waiting
  }

  /** `chunk` must be ours. */
  fromClient(chunk: Buffer): void {
    this.#move(this.#tracker.client(chunk))
  }

  /** `chunk` must be ours. */
  fromBackend(chunk: Buffer): void {
    this.#move(this.#tracker.backend(chunk))
  }

  backendEnded(): void {
    this.#move(this.#tracker.backendEnded())
  }

  #move({ toBackend, toClient, over }: Moves): void {
    if (over === undefined) write(this.#backend, toBackend)
    write(this.#client, toClient)
    if (over !== undefined) this.#over()
  }
}

/** Writes the pieces at once. */
function write(socket: Socket, pieces: readonly Buffer[]): void {
  if (pieces.length === 0 || !socket.writable) return
  if (pieces.length > 1) socket.cork()
  for (const piece of pieces) socket.write(piece)
  if (pieces.length > 1) socket.uncork()
}
