import { findLf, lf } from './line-end.ts'
import type { Owes } from './relayed-command.ts'
import { mayBeOffered, printHello } from './relayed-offer.ts'
import type { Pieces } from './relayed-pieces.ts'
import { codeAt } from './reply.ts'

/**
 * The replies that a client is owed, in the order of its commands (RFC 2920): the backend's, line by
 * line as they come, and ours in between. Replies to EHLO are held until whole, and filtered.
 */
export type Owed = Owes | 'chunk' | 'last-chunk' | 'end-of-data'

/** Who is told of each reply as it ends. */
export interface Told {
  /** `texts`: what an accepted EHLO said, line by line without codes. */
  answered(owed: Owed, code: number, texts: readonly string[]): Fault | undefined
}

/** A reply that the client cannot be given, or an error that came unasked, which it was given. */
export type Fault = 'malformed' | 'unasked'

/** Whose reply the backend owes, or what we say. */
type Entry = Owed | Buffer

/** Octets of one line of a reply, and of all of EHLO's; lines of it. */
export const maxReplyLine = 8_192
export const maxHello = 65_536
const maxHelloLines = 256

const nothing = Buffer.alloc(0)
const none: readonly string[] = []
const cr = 0x0d
const hyphen = 0x2d
const space = 0x20

export class Replies {
  readonly #toClient: Pieces
  /** What is said next, and what behind it: few clients are owed more than one reply. */
  #head: Entry | undefined
  readonly #rest: Entry[] = []
  /** The beginning of a line that has not ended. */
  #partial: Buffer = nothing
  /** Within a reply of several lines. */
  #within = false
  #texts: string[] | undefined
  #octets = 0

  constructor(toClient: Pieces) {
    this.#toClient = toClient
  }

  /** Replies that are owed, ours included. */
  get length(): number {
    return this.#head === undefined ? 0 : 1 + this.#rest.length
  }

  /** Whether nothing is owed and no reply is half said. */
  get idle(): boolean {
    return this.#head === undefined && !this.#within && this.#partial.length === 0
  }

  owe(owed: Owed): void {
    this.#add(owed)
  }

  /** Says `text` in its place: behind the replies that are owed. */
  answer(text: string): void {
    this.#add(Buffer.from(text, 'latin1'))
    this.#sayOurs()
  }

  /** Takes what the backend sent; `told` hears of each reply as it ends, before the next is read. */
  receive(chunk: Buffer, told: Told): Fault | undefined {
    const source = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk
    let at = 0
    while (at < source.length) {
      const end = findLf(source, at) + 1
      if ((end > 0 ? end : source.length) - at > maxReplyLine) return 'malformed'
      if (end === 0) break
      const fault = this.#line(source, at, end, told)
      if (fault) return fault
      at = end
    }
    this.#partial = at === source.length ? nothing : Buffer.from(source.subarray(at))
    return undefined
  }

  #line(source: Buffer, from: number, to: number, told: Told): Fault | undefined {
    const code = codeAt(source, from)
    const separator = source[from + 3]
    const last = separator !== hyphen
    if (code === undefined || (last && !endsCode(separator))) return 'malformed'
    const owed = this.#head
    if (typeof owed !== 'string') return this.#unasked(source, from, to, last, code)
    this.#within = !last
    if (owed !== 'extended-hello' || code !== 250) this.#toClient.pass(source, from, to)
    else if (!this.#collect(source, from, to)) return 'malformed'
    return last ? this.#answered(owed, code, told) : undefined
  }

  /** Only an error can be one that its client should know: the backend is about to leave. */
  #unasked(
    source: Buffer,
    from: number,
    to: number,
    last: boolean,
    code: number,
  ): Fault | undefined {
    if (code < 400) return 'malformed'
    this.#toClient.pass(source, from, to)
    this.#within = !last
    return last ? 'unasked' : undefined
  }

  #answered(owed: Owed, code: number, told: Told): Fault | undefined {
    const texts = this.#texts
    if (texts && code !== 250) return 'malformed'
    this.#shift()
    const fault = told.answered(owed, code, texts ? this.#offer(texts) : none)
    if (!fault) this.#sayOurs()
    return fault
  }

  /** Says what of an EHLO may be said; all that it offered. */
  #offer([greeting = '', ...offers]: readonly string[]): readonly string[] {
    this.#texts = undefined
    this.#octets = 0
    this.#toClient.add(printHello([greeting, ...offers.filter(mayBeOffered)]))
    return offers
  }

  #collect(source: Buffer, from: number, to: number): boolean {
    this.#octets += to - from
    this.#texts ??= []
    if (this.#octets > maxHello || this.#texts.length >= maxHelloLines) return false
    this.#texts.push(source.toString('latin1', from + 4, to).replace(/\r?\n$/, ''))
    return true
  }

  #sayOurs(): void {
    for (;;) {
      const ours = this.#head
      if (ours === undefined || typeof ours === 'string') return
      this.#shift()
      this.#toClient.add(ours)
    }
  }

  #add(entry: Entry): void {
    if (this.#head === undefined) this.#head = entry
    else this.#rest.push(entry)
  }

  #shift(): void {
    this.#head = this.#rest.length > 0 ? this.#rest.shift() : undefined
  }
}

function endsCode(octet: number | undefined): boolean {
  return octet === space || octet === cr || octet === lf
}
