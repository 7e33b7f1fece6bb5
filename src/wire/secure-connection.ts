import type { TLSSocket } from 'node:tls'
import type { Connection, Receiver } from './connection.ts'
import { HandleConnection } from './handle-connection.ts'
import type { Data, Pool } from './handle-requests.ts'
import type { StreamHandle, TlsHandle } from './handles.ts'

/**
 * A connection inside TLS, on its handle. Such a handle takes one write at a time: what is written
 * meanwhile goes out together, in one record where it fits.
 */
abstract class SecureConnection extends HandleConnection {
  #early: Buffer | undefined
  readonly #queue: Buffer[] = []
  #queued = 0
  #secret = false
  #ending = false

  /** Keeps what was read before there is a receiver for it. */
  keep(octets: Buffer): void {
    this.#early = this.#early ? Buffer.concat([this.#early, octets]) : Buffer.from(octets)
  }

  override attach(receiver: Receiver): void {
    super.attach(receiver)
    const early = this.#early
    this.#early = undefined
    if (early) receiver.received(early, 'ours', this)
  }

  /** A TLS handle gives out what it has decrypted, whether it is to be read or not. */
  override lendable(): void {}

  /** TLS takes its time for each write: text needs no buffer of its own meanwhile. */
  protected override putSmall(octets: Buffer): void {
    this.put(octets.toString('latin1'), octets.length)
  }

  protected override put(data: Data, size: number, secret?: Buffer, source?: Connection): void {
    if (this.waiting === 0) {
      super.put(data, size, secret, source)
      return
    }
    this.#queue.push(copyOf(data))
    this.#queued += size
    if (secret) {
      secret.fill(0)
      this.#secret = true
    }
    this.waits(size)
  }

  override wrote(size: number, status: number): void {
    const queued = this.#queued
    if (queued === 0 || status < 0 || this.destroyed) super.wrote(size, status)
    else {
      this.waits(-size - queued)
      const joined = Buffer.concat(this.#queue.splice(0))
      const secret = this.#secret
      this.#queued = 0
      this.#secret = false
      super.put(joined, queued, secret ? joined : undefined)
    }
    if (this.#ending && this.waiting === 0 && !this.destroyed) this.say()
  }

  /** The peer is told by TLS that there will be no more, even if it has said so itself. */
  protected override finish(): void {
    if (this.waiting === 0) this.say()
    else this.#ending = true
  }
}

/** Inside a TLS socket of Node's whose handshake is just done. */
export class InsideTlsSocket extends SecureConnection {
  readonly #tls: TLSSocket

  constructor(handle: StreamHandle, pool: Pool, tls: TLSSocket) {
    super(handle, pool)
    this.#tls = tls
    const early: unknown = tls.read()
    if (Buffer.isBuffer(early)) this.keep(early)
    tls.on('error', ignore).on('close', () => this.gone())
  }

  protected override close(): void {
    this.#tls.destroy()
  }
}

/** On a TLS handle of our own around the handle of a socket. */
export class OnTlsHandle extends SecureConnection {
  readonly #tls: TlsHandle
  readonly #under: StreamHandle

  constructor(tls: TlsHandle, under: StreamHandle, pool: Pool) {
    super(tls, pool)
    this.#tls = tls
    this.#under = under
  }

  protected override get socket(): StreamHandle {
    return this.#under
  }

  protected override gone(): void {
    // Writes that were under way hold on to it.
    this.#tls.destroySSL()
    super.gone()
  }

  protected override close(): void {
    // What OpenSSL holds goes once libuv is done with both.
    this.#under.close(() => this.gone())
  }
}

/** What is kept must not be changed by anybody. */
function copyOf(data: Data): Buffer {
  if (typeof data === 'string') return Buffer.from(data, 'latin1')
  return Buffer.isBuffer(data) ? Buffer.from(data) : Buffer.concat(data)
}

/** 'close' follows every 'error'. */
function ignore(): void {}
