import { Buffer } from 'node:buffer'

/**
 * The buffers that connections on handles read into.
 *
 * One shared buffer serves every connection that says little: what is read is copied out at once.
 * A connection in the middle of a bulk transfer is lent a private one, whose content goes to the
 * other side's `write` without a copy. `write` keeps a reference to what the kernel did not take,
 * so a lent buffer is not read into again until that write is over, and the
 * shared one never reaches `write` at all: no byte of one session ever appears in another.
 */

/** Octets of the shared buffer; a read that fills half of it begins a bulk transfer. */
const sharedSize = 65_536
/** Octets of a lent buffer: larger reads cost less a byte, up to about here. */
const lentSize = 262_144
/** Buffers that may be lent at a time; the transfers beyond are copied. */
const mostLent = 64
/** Octets up to which a view of the beginning of a buffer is kept for the next of as many. */
const mostViews = 1_024
/** Returned buffers that are kept for the next. */
const mostKept = 8

/** Octets up to which `copied` makes a copy; a write that keeps its copy holds as many. */
export const mostCopied = 1_024

/** A buffer of which the beginning is looked at again and again. */
class Begun {
  readonly buffer: Buffer
  readonly #views: Buffer[] = []

  constructor(size: number) {
    this.buffer = Buffer.allocUnsafeSlow(size)
  }

  /** The first `count` octets; views of few octets are made once. */
  first(count: number): Buffer {
    if (count > mostViews) return this.buffer.subarray(0, count)
    this.#views[count] ??= this.buffer.subarray(0, count)
    return this.#views[count]
  }
}

export class Lender {
  readonly #read = new Begun(sharedSize)
  /** Copies of few octets, one at a time, which the kernel alone reads. */
  #copies = new Begun(mostCopied)
  readonly #kept: Buffer[] = []
  #lent = 0

  /** What every connection reads into that is lent nothing. */
  get shared(): Buffer {
    return this.#read.buffer
  }

  /** The first `count` octets of the shared buffer. */
  seen(count: number): Buffer {
    return this.#read.first(count)
  }

  /** A copy of no more than `mostCopied` octets, which is good until the next is made, unless it is kept. */
  copied(octets: Buffer): Buffer {
    this.#copies.buffer.set(octets)
    return this.#copies.first(octets.length)
  }

  /** The last copy stays: a write that the kernel did not take at once goes on with it. */
  keepCopy(): void {
    this.#copies = new Begun(mostCopied)
  }

  /** Whether a read of `count` octets into the shared buffer is the middle of a bulk transfer. */
  isBulk(count: number): boolean {
    return count >= sharedSize / 2
  }

  /** A private buffer, or `undefined` when all are lent. */
  borrow(): Buffer | undefined {
    if (this.#lent >= mostLent) return undefined
    this.#lent++
    return this.#kept.pop() ?? Buffer.allocUnsafeSlow(lentSize)
  }

  /** Takes a private buffer back; nothing may refer to it any more. */
  giveBack(buffer: Buffer): void {
    this.#lent--
    if (this.#kept.length < mostKept) this.#kept.push(buffer)
  }

  /** A lent buffer will not come back. */
  writeOff(): void {
    this.#lent--
  }
}
