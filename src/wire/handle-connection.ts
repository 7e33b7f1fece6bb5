import type { Socket } from 'node:net'
import { type Connection, nobody, type Place, type Receiver, type Whose } from './connection.ts'
import { type Data, type Pool, type Requester, shutdown, write } from './handle-requests.ts'
import { type HandleUser, type StreamHandle, streamOn } from './handles.ts'
import { mostCopied } from './lend.ts'
import { placeOf } from './place-of.ts'
import { highWaterMark, withRest } from './stream-connection.ts'

/**
 * A connection on the handle of a socket: no stream, no events, and a write that the kernel takes at once,
 * as it nearly always does, leaves nothing behind.
 *
 * Every handle reads into one shared buffer, and what is read is copied out at once. Amid a bulk transfer
 * it reads into a private one, which is lent to the other side's write and not read into again until that
 * is over. The shared buffer never reaches a write that could keep it: no byte of one session ever appears
 * in another.
 */

/** libuv's UV_EOF. */
const endOfFile = -4095
/** Octets up to which text goes to the kernel without an allocation. */
const smallWrite = 16_384
/** Reads of a lent buffer in a row that were small until it is given back. */
const smallReads = 4
const smallRead = 16_384

const now = Promise.resolve()

export class HandleConnection implements Connection, HandleUser, Requester {
  readonly pool: Pool
  readonly handle: StreamHandle
  #receiver: Receiver | undefined
  #private: Buffer | undefined
  #small = 0
  #waiting = 0
  #ended = false
  #shut = false
  #destroyed = false
  #closed = false
  #paused = false
  #withheld = false
  #lendable = false
  /** Our half is ended, and the kernel or TLS has it. */
  #said = false
  #soon = false

  constructor(handle: StreamHandle, pool: Pool) {
    this.handle = handle
    this.pool = pool
    handle.user = this
  }

  /** The handle of the socket itself, beneath any TLS. */
  protected get socket(): StreamHandle {
    return this.handle
  }

  get remote(): Place | undefined {
    return placeOf(this.socket, 'getpeername')
  }

  get local(): Place | undefined {
    return placeOf(this.socket, 'getsockname')
  }

  get ended(): boolean {
    return this.#ended
  }

  get writable(): boolean {
    return !this.#shut && !this.#destroyed
  }

  get destroyed(): boolean {
    return this.#destroyed
  }

  get closed(): boolean {
    return this.#closed
  }

  get waiting(): number {
    return this.#waiting
  }

  get paused(): boolean {
    return this.#paused
  }

  attach(receiver: Receiver): void {
    const first = this.#receiver === undefined
    this.#receiver = receiver
    if (!first || this.#destroyed) return
    this.handle.onread = onRead
    this.handle.useUserBuffer(this.pool.lender.shared)
    this.#readOn()
  }

  lendable(): void {
    this.#lendable = true
  }

  pause(): void {
    this.#paused = true
    if (!this.#destroyed) this.handle.readStop()
  }

  resume(): void {
    this.#paused = false
    this.#readOn()
  }

  withhold(): void {
    this.#withheld = true
    if (!this.#destroyed) this.handle.readStop()
  }

  giveOn(): void {
    this.#withheld = false
    this.#readOn()
  }

  #readOn(): void {
    if (this.#paused || this.#withheld || this.#ended || this.#destroyed) return
    this.handle.readStart()
  }

  read(): Uint8Array | undefined {
    const { state, readCount } = this.pool.handles
    const count = state[readCount] ?? 0
    if (count > 0) return this.#take(count)
    if (count === 0) return undefined
    if (count !== endOfFile) {
      this.destroy()
      return undefined
    }
    this.#ended = true
    this.#receiver?.ended(this)
    if (this.#said) this.destroy()
    return undefined
  }

  #take(count: number): Buffer | undefined {
    const { lender } = this.pool
    const mine = this.#private
    const octets = mine ? mine.subarray(0, count) : lender.seen(count)
    this.#receiver?.received(octets, mine ? 'lent' : 'shared', this)
    if (this.#destroyed) return undefined
    if (!mine) {
      if (!this.#lendable || !lender.isBulk(count)) return undefined
      this.#small = 0
      this.#private = lender.borrow()
      return this.#private
    }
    this.#small = count < smallRead ? this.#small + 1 : 0
    if (this.#small < smallReads || this.#withheld) return undefined
    this.#private = undefined
    lender.giveBack(mine)
    return lender.shared
  }

  write(data: Buffer | string): void {
    if (data.length > 0 && this.writable) this.put(data, data.length)
  }

  writeAll(pieces: readonly Buffer[]): void {
    const [first] = pieces
    if (first === undefined || !this.writable) return
    if (pieces.length === 1) this.put(first, first.length)
    else
      this.put(
        pieces,
        pieces.reduce((sum, { length }) => sum + length, 0),
      )
  }

  writeSecret(octets: Buffer): void {
    if (this.writable) this.put(octets, octets.length, octets)
    else octets.fill(0)
  }

  forward(octets: Buffer, whose: Whose, from: Connection): void {
    if (!this.writable) return
    const { length } = octets
    if (whose === 'lent') this.put(octets, length, undefined, from)
    else if (whose === 'ours') this.put(octets, length)
    else if (length <= smallWrite) this.putSmall(octets)
    else this.put(Buffer.from(octets), length)
  }

  /** Hands over few octets, which are gone when this returns; what has to wait takes no more than it says. */
  protected putSmall(octets: Buffer): void {
    const { length } = octets
    const alone = this.#waiting === 0 && length <= mostCopied
    this.put(alone ? this.pool.lender.copied(octets) : octets.toString('latin1'), length)
    if (alone && this.#waiting > 0) this.pool.lender.keepCopy()
  }

  /** Hands over to the kernel what may be written. */
  protected put(data: Data, size: number, secret?: Buffer, source?: Connection): void {
    if (write(this, data, size, secret, source) !== 0) this.destroy()
  }

  waits(size: number): void {
    this.#waiting += size
  }

  wrote(size: number, status: number): void {
    this.#waiting -= size
    if (this.#destroyed) return
    if (status < 0) this.destroy()
    else if (this.#waiting === 0) this.#receiver?.drained(this)
  }

  end(): void {
    if (!this.writable) return
    this.#shut = true
    this.finish()
  }

  /** Says our end. */
  protected finish(): void {
    // Once the peer has ended, or nobody waits for its end, closing says as much.
    if ((this.#ended || this.#soon) && this.#waiting === 0) this.destroy()
    else this.say()
  }

  protected say(): void {
    if (shutdown(this.pool, this.handle, this) !== 0) this.destroy()
  }

  shut(): void {
    this.#said = true
    if (this.#ended || this.#soon) this.destroy()
  }

  destroySoon(): void {
    this.#soon = true
    if (this.#said) this.destroy()
    else this.end()
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    if (this.#private) {
      // A write that is broken off may still hold it: then it is left to the collector.
      if (this.#withheld) this.pool.lender.writeOff()
      else this.pool.lender.giveBack(this.#private)
      this.#private = undefined
    }
    this.close()
  }

  protected close(): void {
    this.handle.close()
    // The descriptor is back already, and nobody waits until libuv has freed its memory.
    void now.then(() => this.gone())
  }

  /** It is closed: told once, and never amid the call that closed it. */
  protected gone(): void {
    this.#destroyed = true
    this.#closed = true
    const receiver = this.#receiver
    this.#receiver = nobody
    receiver?.closed(this)
  }

  /** Gives the handle to another, whose alone it is from here on. */
  giveAway(): StreamHandle {
    this.#destroyed = true
    const { handle } = this
    handle.user = undefined
    handle.readStop()
    return handle
  }

  toStream(rest: Buffer): Socket {
    const options = { ...{ highWaterMark }, allowHalfOpen: true }
    return withRest(streamOn(this.giveAway(), options), rest)
  }

  stay(on: boolean): void {
    if (on) this.socket.ref()
    else this.socket.unref()
  }

  keepAlive(on: boolean, idle: number, interval?: number, count?: number): void {
    if (this.#destroyed) return
    const seconds = (ms: number | undefined) =>
      ms === undefined ? undefined : Math.trunc(ms / 1000)
    this.socket.setKeepAlive?.(on, Math.trunc(idle / 1000), seconds(interval), count)
  }
}

function onRead(this: StreamHandle): Uint8Array | undefined {
  return this.user?.read()
}
