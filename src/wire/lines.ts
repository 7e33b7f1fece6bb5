import { Buffer } from 'node:buffer'
import { findLf, wipe } from './octets.ts'

/**
 * What a peer sent, cut into bounded lines and counted octets. Pure but for its own buffer.
 *
 * A line ends with CRLF or a bare LF (RFC 5321 2.3.8 asks for CRLF; mail programs on the other side
 * of nginx have always got away with LF). What was given out is zeroed when the next piece is asked
 * for, because it may have been a password.
 */
export type Wanted =
  /** `withEnd`: its CRLF or LF, which `atMost` never counts, is given out, too. */
  | { readonly kind: 'line'; readonly atMost: number; readonly withEnd?: true }
  | { readonly kind: 'octets'; readonly count: number }

const nothing = Buffer.alloc(0)
const cr = 13

export class Lines {
  #held: Buffer = nothing
  /** Where the unread part begins. */
  #start = 0
  /** No LF stands before this. */
  #scanned = 0
  /** Where the piece that was given out last begins; it ends before `#start`. */
  #given = 0
  /** What is held is on loan until `settle`. */
  #borrowed = false

  /** Octets that wait to be taken. */
  get length(): number {
    return this.#held.length - this.#start
  }

  /** Adds `chunk`, which is given away, or lent until `settle` is called: it is zeroed, whichever it is. */
  feed(chunk: Buffer, borrowed = false): void {
    this.#forget()
    if (this.#start === this.#held.length) {
      this.#held = chunk
      this.#borrowed = borrowed
      this.#scanned = 0
    } else {
      const joined = Buffer.concat([this.#held.subarray(this.#start), chunk])
      wipe(this.#held)
      wipe(chunk)
      this.#held = joined
      this.#borrowed = false
      this.#scanned -= this.#start
    }
    this.#start = 0
    this.#given = 0
  }

  /** Gives back what was lent: what was taken of it is gone, and what was not is copied. */
  settle(): void {
    if (!this.#borrowed) return
    const lent = this.#held
    const from = this.#given
    const scanned = this.#scanned - this.#start
    const rest = this.length === 0 ? nothing : Buffer.from(lent.subarray(this.#start))
    this.#clear()
    this.#held = rest
    this.#scanned = scanned
    wipe(lent, from)
  }

  /** The next piece as a view that the next call zeroes; `undefined`: not all of it is here. */
  take(wanted: Wanted): Buffer | 'too-long' | undefined {
    this.#forget()
    return wanted.kind === 'line'
      ? this.#line(wanted.atMost, wanted.withEnd)
      : this.#octets(wanted.count)
  }

  /** All that was not taken, which is the caller's from now on. */
  rest(): Buffer {
    this.settle()
    this.#forget()
    const rest = this.length === 0 ? nothing : this.#held.subarray(this.#start)
    this.#clear()
    return rest
  }

  /** Forgets all that was not taken: what came before a STARTTLS must not survive it. */
  drop(): void {
    wipe(this.#held, this.#given)
    this.#clear()
  }

  #line(atMost: number, withEnd?: true): Buffer | 'too-long' | undefined {
    const at = findLf(this.#held, Math.max(this.#scanned, this.#start))
    if (at < 0) {
      this.#scanned = this.#held.length
      // A line as long as allowed may still wait for its CR and LF.
      return this.length > atMost + 1 ? 'too-long' : undefined
    }
    const end = at > this.#start && this.#held[at - 1] === cr ? at - 1 : at
    if (end - this.#start > atMost) return 'too-long'
    const line = this.#held.subarray(this.#start, withEnd ? at + 1 : end)
    this.#advance(at + 1)
    return line
  }

  #octets(count: number): Buffer | undefined {
    if (this.length < count) return undefined
    const octets = this.#held.subarray(this.#start, this.#start + count)
    this.#advance(this.#start + count)
    return octets
  }

  #advance(to: number): void {
    this.#given = this.#start
    this.#start = to
    this.#scanned = Math.max(this.#scanned, to)
  }

  #forget(): void {
    if (this.#given === this.#start) return
    wipe(this.#held, this.#given, this.#start)
    this.#given = this.#start
    if (this.#start === this.#held.length) this.#clear()
  }

  #clear(): void {
    this.#borrowed = false
    this.#held = nothing
    this.#start = 0
    this.#scanned = 0
    this.#given = 0
  }
}
