import { type Connection, nobody, type Receiver, type Whose } from './connection.ts'
import { Lines, type Wanted } from './lines.ts'
import { highWaterMark } from './stream-connection.ts'
import { Deadline, type Wheel } from './wheel.ts'

/**
 * One side of a session up to and including the login: a socket that is read by lines and counted
 * octets and written as text. It is read all the time, so that a peer that leaves is noticed while
 * nobody waits for it; what arrives unasked is held up to a cap and then left in the kernel.
 */

/** Octets that a peer may send ahead of us before its socket is no longer read; one read more may lie here. */
export const readAhead = 65_536

/** Milliseconds that a peer has to read the last reply and close, once we have ended. */
const lingering = 5_000

/** Why there is nothing to read: the peer ended or broke the connection, or we stopped waiting. */
export type Stop = 'ended' | 'broken' | 'timeout' | 'left'

/** A piece of what was wanted, or why it will not come. */
export type Input = Buffer | 'too-long' | Stop

export class Wire implements Receiver {
  #connection: Connection
  readonly #lines = new Lines()
  /** Who waits for what is to come. */
  #wake: ((gaveUp?: 'timeout') => void) | undefined
  #stop: Stop | undefined
  /** Who waits for what is written. */
  #drained: (() => void) | undefined
  /** Called once when the peer goes away while nothing is being read. */
  onGone: ((stop: Stop) => void) | undefined

  constructor(connection: Connection) {
    this.#connection = connection
    connection.attach(this)
  }

  get connection(): Connection {
    return this.#connection
  }

  /** Why nothing more can be read, once that is so. */
  get stopped(): Stop | undefined {
    return this.#stop
  }

  /** Octets that arrived and were not taken. */
  get waiting(): number {
    return this.#lines.length
  }

  /** What is here already, without waiting; `undefined`: `read` must wait for it. */
  take(wanted: Wanted): Input | undefined {
    const piece = this.#lines.take(wanted)
    if (piece !== undefined) return piece
    return this.#stop
  }

  /**
   * Calls `wake` once: when there may be more to `take`, or `giveUp` was called. What is taken amid that
   * call is zeroed when it returns: it may stand where every connection reads. One wait at a time.
   */
  wait(wake: (gaveUp?: 'timeout') => void): void {
    if (this.#connection.paused) this.#connection.resume()
    this.#wake = wake
  }

  /** The next piece, a view that is zeroed when the next is asked for. One read at a time. */
  async read(wanted: Wanted): Promise<Input> {
    for (;;) {
      const piece = this.take(wanted) ?? (await this.#more())
      if (piece !== undefined) return piece
    }
  }

  #more(): Promise<'timeout' | undefined> {
    return new Promise(resolve => this.wait(resolve))
  }

  received(octets: Buffer, whose: Whose): void {
    const lines = this.#lines
    lines.feed(octets, whose !== 'ours')
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
    lines.settle()
    if (!this.#wake && lines.length >= readAhead) this.#connection.pause()
  }

  ended(): void {
    this.interrupt('ended')
  }

  drained(): void {
    const drained = this.#drained
    this.#drained = undefined
    drained?.()
  }

  closed(): void {
    this.drained()
    this.interrupt('broken')
  }

  /** Ends a wait, now or later: nothing more will be given out. The first reason stays. */
  interrupt(stop: Stop): void {
    this.#stop ??= stop
    const wake = this.#wake
    this.#wake = undefined
    if (wake) wake()
    else {
      const gone = this.onGone
      this.onGone = undefined
      gone?.(this.#stop)
    }
  }

  /** Ends a wait with `timeout`; what comes later can still be read. */
  giveUp(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.('timeout')
  }

  /** Writes text of one character an octet. */
  write(text: string): void {
    this.#connection.write(text)
  }

  /** Writes octets, which are zeroed once the kernel or the TLS layer has them. */
  writeSecret(octets: Buffer): void {
    this.#connection.writeSecret(octets)
  }

  /** Calls `drained` once what is written no longer fills the connection, or the peer is gone; whether it fills it. */
  fills(drained: () => void): boolean {
    const connection = this.#connection
    if (connection.waiting <= highWaterMark || connection.destroyed) return false
    this.#drained = drained
    return true
  }

  /** Forgets what arrived and was not taken. */
  drop(): void {
    this.#lines.drop()
  }

  /** Goes on with `secure`, which was made around this wire's connection; nothing that came before counts. */
  replace(secure: Connection): void {
    this.#lines.drop()
    this.#connection = secure
    this.#stop = undefined
    secure.attach(this)
    if (secure.closed) this.closed()
    else if (secure.ended) this.ended()
  }

  /** Ends our half and lets the peer read the last reply: closing with input unread would lose it. */
  hangUp(wheel: Wheel): void {
    const { connection } = this.detach()
    if (connection.destroyed) return
    connection.end()
    if (connection.closed) return
    const deadline = new Deadline(() => connection.destroy())
    wheel.arm(deadline, lingering)
    connection.attach({ ...nobody, closed: () => wheel.disarm(deadline) })
    connection.resume()
  }

  /** Breaks the connection off. */
  destroy(): void {
    this.#connection.destroy()
  }

  /**
   * Stops reading here: gives back what arrived and was not taken, and the connection, whose receiver is
   * nobody until another is attached.
   */
  detach(): { readonly connection: Connection; readonly rest: Buffer } {
    const connection = this.#connection
    this.onGone = undefined
    connection.attach(nobody)
    return { connection, rest: this.#lines.rest() }
  }
}
