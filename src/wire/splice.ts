import type { Socket } from 'node:net'
import type { Relayed, Tracker, Watcher } from '../words/relayed.ts'
import type { Lease, Lender } from './lend.ts'
import type { Ending, Splicing } from './splicing.ts'
import { Tracking } from './tracking.ts'
import { Deadline, type Wheel } from './wheel.ts'

/**
 * The relay phase: octets both ways between two sockets, with backpressure by pause and resume, until
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

/**
 * The high-water mark of every socket here, in octets, and so the least that is held: above it Node
 * says `drain` once all is written.
 */
export const leastHold = 4_096

/** Reads of a lent buffer in a row that were small until it is given back. */
const smallReads = 4
const smallRead = 16_384

export class Splice {
  readonly #client: Socket
  readonly #backend: Socket
  readonly #lease: Lease | undefined
  readonly #lender: Lender
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
  /** Both sockets have keep-alive on. */
  #probed = false
  #private: Buffer | undefined
  #small = 0
  /** A write of the private buffer is under way; it must not be read into. */
  #inFlight = false
  /** Octets toward the backend and toward the client, since the login. */
  up = 0
  down = 0

  constructor(splicing: Splicing) {
    this.#client = splicing.client
    this.#backend = splicing.backend
    this.#lease = splicing.lease
    this.#lender = splicing.lender
    this.#wheel = splicing.wheel
    this.#hold = Math.max(splicing.hold, leastHold)
    this.#silence = splicing.timeout
    this.#clientProbed = splicing.clientProbed ?? false
    this.#ended = splicing.ended
    this.#deadline = new Deadline(() => this.#silent())
    const { relayed } = splicing
    this.#relayed = relayed
    this.#watcher = relayed?.kind === 'watcher' ? relayed : undefined
    this.#tracking = relayed?.kind === 'tracker' ? this.#track(relayed, splicing) : undefined
    this.#touch()
    this.#attach(splicing)
  }

  /** Ends both sides; what was written still goes out. */
  end(ending: Ending): void {
    this.#note(ending)
    if (this.#fading) {
      this.destroy(ending)
      return
    }
    finish(this.#client)
    finish(this.#backend)
    this.#fade()
  }

  /** Whether nothing is under way, so that the session may end with a word of ours. */
  get idle(): boolean {
    return !this.#fading && this.#relayed?.idle === true
  }

  /** Ends an idle session with `text` (latin1). */
  farewell(text: string): void {
    if (text !== '' && this.#client.writable) this.#client.write(text, 'latin1')
    this.end('leaving')
  }

  /** Breaks both sides off. */
  destroy(ending: Ending): void {
    this.#note(ending)
    this.#client.destroy()
    this.#backend.destroy()
  }

  #track(tracker: Tracker, sockets: Splicing): Tracking {
    const isFull = (socket: Socket) => this.#isFull(socket)
    return new Tracking(tracker, sockets, isFull, {
      clientEnded: () => this.#half('client', this.#backend),
      over: () => {
        this.#note('relay')
        this.#backend.destroy()
        finish(this.#client)
        this.#fade()
      },
    })
  }

  #attach({ ahead, early }: Splicing): void {
    const { client, backend } = { client: this.#client, backend: this.#backend }
    client.on('data', (chunk: Buffer) => this.#upward(chunk))
    const tracking = this.#tracking
    backend.on('drain', () => {
      if (tracking) tracking.readOn()
      else if (client.isPaused()) client.resume()
    })
    const lease = this.#lease
    if (lease) {
      lease.take = chunk => this.#downward(chunk, lease)
    } else {
      backend.on('data', (chunk: Buffer) => {
        this.#touch()
        this.down += chunk.length
        this.#toClient(chunk)
        if (this.#isFull(client)) backend.pause()
      })
    }
    client.on('drain', () => {
      if (!this.#inFlight) backend.resume()
      tracking?.readOn()
    })
    client.on('end', () => this.#clientEnded())
    backend.on('end', () => this.#half('backend', client))
    client.on('close', () => this.#close('client', backend))
    backend.on('close', () => this.#close('backend', client))
    if (early && early.length > 0) this.#toClient(early)
    if (ahead.length > 0) this.#upward(ahead)
    // Either may have gone while the login's last answer was on its way.
    if (client.closed) this.#close('client', backend)
    else if (client.readableEnded) this.#clientEnded()
    if (backend.closed) this.#close('backend', client)
    else if (backend.readableEnded) this.#half('backend', client)
  }

  #upward(chunk: Buffer): void {
    this.#touch()
    this.up += chunk.length
    if (this.#tracking) {
      this.#tracking.fromClient(chunk)
      return
    }
    this.#watcher?.client(chunk)
    this.#backend.write(chunk)
    if (this.#isFull(this.#backend)) this.#client.pause()
  }

  /** Takes what the backend said, which must be ours. */
  #toClient(chunk: Buffer): void {
    if (this.#tracking) this.#tracking.fromBackend(chunk)
    else {
      this.#watcher?.backend(chunk)
      this.#client.write(chunk)
    }
  }

  #clientEnded(): void {
    if (this.#tracking) this.#tracking.clientEnded()
    else this.#half('client', this.#backend)
  }

  /** Takes what a plain backend socket read into the shared or into our private buffer. */
  #downward(chunk: Buffer, lease: Lease): boolean {
    this.#touch()
    this.down += chunk.length
    if (!this.#client.writable) return true
    if (this.#private) return this.#lentChunk(chunk, lease)
    // The replies that a tracker wants to keep are small: nothing is lent for them.
    if (!this.#tracking && this.#lender.isBulk(chunk.length)) {
      this.#private = this.#lender.borrow()
      if (this.#private) lease.buffer = this.#private
      this.#small = 0
    }
    this.#toClient(Buffer.from(chunk))
    return !this.#isFull(this.#client)
  }

  /** Whether `socket` has enough to write; if so, `drain` will follow. */
  #isFull(socket: Socket): boolean {
    return socket.writableLength > this.#hold && socket.writableNeedDrain
  }

  #lentChunk(chunk: Buffer, lease: Lease): boolean {
    this.#small = chunk.length < smallRead ? this.#small + 1 : 0
    this.#watcher?.backend(chunk)
    this.#client.write(chunk, this.#flushed)
    if (this.#client.writableLength > 0) {
      this.#inFlight = true
      return false
    }
    if (this.#small >= smallReads) this.#giveBack(lease)
    return true
  }

  readonly #flushed = (): void => {
    if (!this.#inFlight) return
    this.#inFlight = false
    if (this.#closed === 0) this.#backend.resume()
  }

  #giveBack(lease: Lease): void {
    if (!this.#private) return
    lease.buffer = this.#lender.shared
    this.#lender.giveBack(this.#private)
    this.#private = undefined
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
    if (!this.#clientProbed) this.#client.setKeepAlive(true, keepAliveDelay)
    this.#backend.setKeepAlive(true, keepAliveDelay)
    this.#wheel.arm(this.#deadline, this.#silence - quiet)
  }

  #note(ending: Ending): void {
    this.#ending ??= ending
  }

  /** One side has said all that it will: the other is told, and may still answer. */
  #half(side: 'client' | 'backend', other: Socket): void {
    this.#note(side)
    if (side === 'backend') this.#tracking?.backendEnded()
    if (this.#hasAllOfUs(other)) other.destroy()
    else finish(other)
    this.#fade()
  }

  /** A plain backend that has ended and waits for nothing: closing it says as much as ending first. */
  #hasAllOfUs(socket: Socket): boolean {
    const plainBackend = this.#lease !== undefined && socket === this.#backend
    return plainBackend && socket.readableEnded && socket.writableLength === 0
  }

  #fade(): void {
    this.#fading = true
    this.#silence = Math.min(this.#silence, linger)
    this.#wheel.arm(this.#deadline, this.#silence)
  }

  #close(side: 'client' | 'backend', other: Socket): void {
    this.#note(side)
    if (side === 'backend') this.#tracking?.backendEnded()
    this.#closed++
    if (this.#closed === 2) {
      this.#wheel.disarm(this.#deadline)
      if (this.#lease) this.#giveBack(this.#lease)
      this.#ended(this.#ending ?? side)
      return
    }
    if (this.#lease && this.#inFlight) {
      // A write that was broken off may still hold the private buffer: it is left to the collector.
      this.#inFlight = false
      this.#lease.buffer = this.#lender.shared
      this.#lender.writeOff()
      this.#private = undefined
    }
    finish(other)
    if (!other.destroyed) other.resume()
    this.#fade()
  }
}

/** Ends our half of `socket`; `end` on one that is gone would make an error with its stack. */
function finish(socket: Socket): void {
  if (!socket.destroyed && !socket.writableEnded) socket.end()
}
