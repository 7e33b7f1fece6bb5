import type { Socket } from 'node:net'
import { Lines, type Wanted } from './lines.ts'
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

/** Takes what a socket read; `false` stops reading until `resume`. */
export type Sink = (chunk: Buffer) => boolean

export class Wire {
  #socket: Socket
  readonly #lines = new Lines()
  #wanted: Wanted | undefined
  #resolve: ((input: Input) => void) | undefined
  #stop: Stop | undefined
  #paused = false
  /** Called once when the peer goes away while nothing is being read. */
  onGone: ((stop: Stop) => void) | undefined
  readonly #onData = (chunk: Buffer) => this.feed(chunk)
  readonly #onEnd = () => this.interrupt('ended')
  readonly #onClose = () => this.interrupt('broken')

  constructor(socket: Socket, reads: 'data' | 'sink' = 'data') {
    this.#socket = socket
    this.#listen(reads)
  }

  get socket(): Socket {
    return this.#socket
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

  /** The next piece, a view that is zeroed when the next is asked for. One read at a time. */
  read(wanted: Wanted): Input | Promise<Input> {
    const piece = this.take(wanted)
    if (piece !== undefined) return piece
    if (this.#paused) {
      this.#paused = false
      this.#socket.resume()
    }
    this.#wanted = wanted
    return new Promise(resolve => {
      this.#resolve = resolve
    })
  }

  /** Takes a chunk that is ours to keep. */
  feed(chunk: Buffer): void {
    this.#lines.feed(chunk)
    const resolve = this.#resolve
    if (resolve && this.#wanted) {
      const piece = this.#lines.take(this.#wanted)
      if (piece !== undefined) {
        this.#resolve = undefined
        resolve(piece)
      }
    } else if (this.#lines.length >= readAhead) {
      this.#paused = true
      this.#socket.pause()
    }
  }

  /** Ends the wait of a `read`, now or later: nothing more will be given out. The first reason stays. */
  interrupt(stop: Stop): void {
    this.#stop ??= stop
    const resolve = this.#resolve
    this.#resolve = undefined
    if (resolve) resolve(this.#stop)
    else {
      const gone = this.onGone
      this.onGone = undefined
      gone?.(this.#stop)
    }
  }

  /** Ends the wait of a `read` with `timeout`; what comes later can still be read. */
  giveUp(): void {
    const resolve = this.#resolve
    this.#resolve = undefined
    resolve?.('timeout')
  }

  /** Writes text of one character an octet. */
  write(text: string): void {
    if (text !== '' && this.#socket.writable) this.#socket.write(text, 'latin1')
  }

  /** Writes octets, which are zeroed once the kernel or the TLS layer has them. */
  writeSecret(octets: Buffer): void {
    if (this.#socket.writable) this.#socket.write(octets, () => octets.fill(0))
  }

  /** Waits until what is written no longer fills the socket's buffer, or the peer is gone. */
  drained(): Promise<void> | undefined {
    const socket = this.#socket
    if (!socket.writableNeedDrain || socket.destroyed) return undefined
    return new Promise(resolve => {
      const done = () => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }

  /** Forgets what arrived and was not taken. */
  drop(): void {
    this.#lines.drop()
  }

  /** Goes on with `secure`, which was made around this wire's socket; nothing that came before counts. */
  replace(secure: Socket): void {
    this.#lines.drop()
    this.#unlisten()
    this.#socket = secure
    this.#stop = undefined
    this.#listen('data')
  }

  /** Ends our half and lets the peer read the last reply: closing with input unread would lose it. */
  hangUp(wheel: Wheel): void {
    const { socket } = this.detach()
    if (socket.destroyed) return
    socket.end()
    socket.resume()
    const deadline = new Deadline(() => socket.destroy())
    wheel.arm(deadline, lingering)
    socket.once('close', () => wheel.disarm(deadline))
  }

  /** Stops reading here: gives back what arrived and was not taken, and the socket without our listeners. */
  detach(): { readonly socket: Socket; readonly rest: Buffer } {
    this.#unlisten()
    this.onGone = undefined
    if (this.#paused) this.#socket.resume()
    return { socket: this.#socket, rest: this.#lines.rest() }
  }

  #listen(reads: 'data' | 'sink'): void {
    if (reads === 'data') this.#socket.on('data', this.#onData)
    this.#socket.on('end', this.#onEnd).on('error', ignore).on('close', this.#onClose)
  }

  #unlisten(): void {
    this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
  }
}

/** 'close' follows every 'error' and says all that a session needs; without a listener Node would throw. */
function ignore(): void {}
