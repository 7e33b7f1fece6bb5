import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'

/**
 * One end of a connection as the relay uses it: octets in, octets out, an end of each half. There are two
 * kinds: one on the handle of a socket (handle-connection.ts), which costs less than half, and one on a
 * stream of Node's (stream-connection.ts), which every Node has.
 */

/**
 * Whose the octets are that a connection read. `ours`: the receiver's to keep; `shared`: gone once
 * `received` returns; `lent`: good until they are written with `forward`, and not given to others meanwhile.
 */
export type Whose = 'ours' | 'shared' | 'lent'

/** What may be kept of what a connection read: a copy, unless it is the receiver's already. */
export function kept(octets: Buffer, whose: Whose): Buffer {
  if (whose === 'ours') return octets
  const copy = Buffer.allocUnsafe(octets.length)
  copy.set(octets)
  return copy
}

/** Who is told of what happens on a connection. */
export interface Receiver {
  received(octets: Buffer, whose: Whose, from: Connection): void
  /** The peer says no more. */
  ended(from: Connection): void
  /** All that waited to be written is. */
  drained(from: Connection): void
  /** It is gone, whatever the reason; the last that is told. */
  closed(from: Connection): void
}

export interface Place {
  readonly address: string
  readonly port: number
}

export interface Connection {
  /** The peer; `undefined` of a Unix socket, or where it is gone. */
  readonly remote: Place | undefined
  /** The end that is ours. */
  readonly local: Place | undefined
  /** The peer has ended its half. */
  readonly ended: boolean
  /** Neither ended by us nor gone. */
  readonly writable: boolean
  readonly destroyed: boolean
  /** It is gone, and its receiver was told or would have been. */
  readonly closed: boolean
  /** Octets that were given to `write` and that the kernel has not taken. */
  readonly waiting: number
  readonly paused: boolean
  /** Tells `receiver` from now on, and reads. What was read for nobody is told at once. */
  attach(receiver: Receiver): void
  /** Large reads may use a private buffer. */
  lendable(): void
  pause(): void
  resume(): void
  /** Writes text of one character an octet, or octets that nobody changes until they are written. */
  write(data: Buffer | string): void
  /** Writes the pieces at once. */
  writeAll(pieces: readonly Buffer[]): void
  /** Writes octets, which are zeroed once the kernel or the TLS layer has them. */
  writeSecret(octets: Buffer): void
  /** Writes what `from` has just read. */
  forward(octets: Buffer, whose: Whose, from: Connection): void
  /** Does not read on, since what was lent waits to be written; `giveOn` takes that back. */
  withhold(): void
  giveOn(): void
  /** Ends our half once all is written. */
  end(): void
  /** Ends our half, and closes as soon as all is written. */
  destroySoon(): void
  destroy(): void
  /** Gives the connection away as a stream of Node's, for TLS around it; `rest` was read of it already. */
  toStream(rest: Buffer): Socket
  /** Whether the process stays for this connection, as it does unless it is told. */
  stay(on: boolean): void
  /** TCP keep-alive; times in ms. */
  keepAlive(on: boolean, idle: number, interval?: number, count?: number): void
}

/** A receiver for a connection that nobody waits for any more: what comes is thrown away. */
export const nobody: Receiver = {
  received() {},
  ended() {},
  drained() {},
  closed() {},
}
