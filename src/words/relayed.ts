/**
 * What a protocol sees, or decides, of the octets that flow after the login: the contract between the
 * protocols and the sockets. A watcher only looks; a tracker is given all that each side sent and says
 * what either is sent.
 */
export type Relayed = Watcher | Tracker

interface Side {
  /** Whether the session may be ended with a word of ours: nothing is under way. */
  readonly idle: boolean
  /** Whether the client asked for the end and said nothing behind: once it is answered, nobody reads on. */
  readonly finished: boolean
}

export interface Watcher extends Side {
  readonly kind: 'watcher'
  client(chunk: Buffer): void
  backend(chunk: Buffer): void
}

/** Views of what a tracker was given are given out, and may be kept by it: it must own them. */
export interface Tracker extends Side {
  readonly kind: 'tracker'
  client(chunk: Buffer): Moves
  backend(chunk: Buffer): Moves
  /** The backend sends no more. */
  backendEnded(): Moves
  /** What the client sent waits for the backend's answers: no more of it may be read. */
  readonly waiting: boolean
  readonly over: Over | undefined
}

/** In this order. */
export interface Moves {
  readonly toBackend: readonly Buffer[]
  readonly toClient: readonly Buffer[]
  /** The session is over: the backend is cut off at once, the client once it was told. */
  readonly over?: Over | undefined
}

/** Why: the client's body, its many faults, or a backend that answers otherwise than it must. */
export type Over = 'ambiguous body' | 'too many refused commands' | 'reply out of turn'
