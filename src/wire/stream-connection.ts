import type { Socket } from 'node:net'
import {
  type Connection,
  kept,
  nobody,
  type Place,
  type Receiver,
  type Whose,
} from './connection.ts'

/**
 * The high-water mark of every stream here, in octets, and so the least that is held: above it Node
 * says `drain` once all is written.
 */
export const highWaterMark = 4_096

/** A connection on a stream of Node's: what it reads is a fresh buffer each time. */
export class StreamConnection implements Connection {
  readonly #socket: Socket
  #receiver: Receiver = nobody
  #ended = false
  #attached = false
  readonly #onData = (octets: Buffer) => this.#receiver.received(octets, 'ours', this)

  /** `socket` allows half-open connections and has our high-water mark. */
  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', ignore).on('end', this.#onEnd)
    socket.on('drain', this.#onDrain).on('close', this.#onClose)
  }

  get remote(): Place | undefined {
    const { remoteAddress: address, remotePort: port = 0 } = this.#socket
    return address === undefined ? undefined : { address, port }
  }

  get local(): Place | undefined {
    const { localAddress: address, localPort: port = 0 } = this.#socket
    return address === undefined ? undefined : { address, port }
  }

  get ended(): boolean {
    return this.#ended
  }

  get writable(): boolean {
    return this.#socket.writable
  }

  get destroyed(): boolean {
    return this.#socket.destroyed
  }

  get closed(): boolean {
    return this.#socket.closed
  }

  get waiting(): number {
    return this.#socket.writableLength
  }

  get paused(): boolean {
    return this.#socket.isPaused()
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver
    if (this.#attached) return
    this.#attached = true
    this.#socket.on('data', this.#onData)
  }

  lendable(): void {
    // What it reads is its receiver's anyway.
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  withhold(): void {
    // Nothing that it read is ever lent.
  }

  giveOn(): void {}

  write(data: Buffer | string): void {
    if (data.length > 0 && this.#socket.writable) this.#socket.write(data, 'latin1')
  }

  writeAll(pieces: readonly Buffer[]): void {
    if (pieces.length === 0 || !this.#socket.writable) return
    this.#socket.cork()
    for (const piece of pieces) this.#socket.write(piece)
    this.#socket.uncork()
  }

  writeSecret(octets: Buffer): void {
    if (this.#socket.writable) this.#socket.write(octets, () => octets.fill(0))
    else octets.fill(0)
  }

  forward(octets: Buffer, whose: Whose): void {
    this.write(kept(octets, whose))
  }

  end(): void {
    const socket = this.#socket
    // `end` on one that is gone would make an error with its stack.
    if (!socket.destroyed && !socket.writableEnded) socket.end()
  }

  destroySoon(): void {
    this.#socket.destroySoon()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  toStream(rest: Buffer): Socket {
    const socket = this.#socket
    this.#receiver = nobody
    socket.off('data', this.#onData).off('end', this.#onEnd)
    socket.off('drain', this.#onDrain).off('close', this.#onClose)
    return withRest(socket, rest)
  }

  stay(on: boolean): void {
    if (on) this.#socket.ref()
    else this.#socket.unref()
  }

  keepAlive(on: boolean, idle: number, interval?: number, count?: number): void {
    // Node's typings know only the first two arguments.
    Reflect.apply(this.#socket.setKeepAlive, this.#socket, [on, idle, interval, count])
  }

  readonly #onEnd = () => {
    this.#ended = true
    this.#receiver.ended(this)
  }

  readonly #onDrain = () => this.#receiver.drained(this)
  readonly #onClose = () => this.#receiver.closed(this)
}

/** Puts back what was read of `socket` already. */
export function withRest(socket: Socket, rest: Buffer): Socket {
  if (rest.length > 0) {
    // Flowing, it would give what is put back to nobody before the handshake takes it.
    socket.pause()
    socket.unshift(rest)
  }
  return socket
}

/** 'close' follows every 'error' and says all that a session needs; without a listener Node would throw. */
function ignore(): void {}
