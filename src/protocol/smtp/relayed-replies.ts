import type { Owes } from './relayed-command.ts'
import { mayBeOffered, printHello } from './relayed-offer.ts'
import type { Pieces } from './relayed-pieces.ts'
import { codeAt } from './reply.ts'

/**
 * The replies that a client is owed, in the order of its commands (RFC 2920): the backend's, line by
 * line as they come, and ours in between. Replies to EHLO are held until whole, and filtered.
 */
export type Owed = Owes | 'chunk' | 'last-chunk' | 'end-of-data'

export interface Answered {
  readonly owed: Owed
  readonly code: number
  /** What an accepted EHLO said, line by line without codes. */
  readonly texts: readonly string[]
}

/** A reply that the client cannot be given, or an error that came unasked, which it was given. */
export type Fault = 'malformed' | 'unasked'

type Entry = { readonly owed: Owed } | { readonly ours: Buffer }

/** Octets of one line of a reply, and of all of EHLO's; lines of it. */
export const maxReplyLine = 8_192
export const maxHello = 65_536
const maxHelloLines = 256

const nothing = Buffer.alloc(0)
const lf = 0x0a
const cr = 0x0d
const hyphen = 0x2d
const space = 0x20

export class Replies {
  readonly #toClient: Pieces
  readonly #entries: Entry[] = []
  /** The beginning of a line that has not ended. */
  #partial: Buffer = nothing
  /** Within a reply of several lines. */
  #within = false
  #texts: string[] = []
  #octets = 0

  constructor(toClient: Pieces) {
    this.#toClient = toClient
  }

  /** Replies that are owed, ours included. */
  get length(): number {
    return this.#entries.length
  }

  /** Whether nothing is owed and no reply is half said. */
  get idle(): boolean {
    return this.#entries.length === 0 && !this.#within && this.#partial.length === 0
  }

  owe(owed: Owed): void {
    this.#entries.push({ owed })
  }

  /** Says `text` in its place: behind the replies that are owed. */
  answer(text: string): void {
    this.#entries.push({ ours: Buffer.from(text, 'latin1') })
    this.#sayOurs()
  }

  /** Takes what the backend sent; `answered` is told of each reply as it ends, before the next is read. */
  receive(chunk: Buffer, answered: (answer: Answered) => Fault | undefined): Fault | undefined {
    const source = this.#partial.length > 0 ? Buffer.concat([this.#partial, chunk]) : chunk
    let at = 0
    while (at < source.length) {
      const end = source.indexOf(lf, at) + 1
      if ((end > 0 ? end : source.length) - at > maxReplyLine) return 'malformed'
      if (end === 0) break
      const fault = this.#line(source, at, end, answered)
      if (fault) return fault
      at = end
    }
    this.#partial = at === source.length ? nothing : Buffer.from(source.subarray(at))
    return undefined
  }

  #line(
    source: Buffer,
    from: number,
    to: number,
    answered: (answer: Answered) => Fault | undefined,
  ): Fault | undefined {
    const code = codeAt(source, from)
    const separator = source[from + 3]
    const last = separator !== hyphen
    if (code === undefined || (last && !endsCode(separator))) return 'malformed'
    const head = this.#entries[0]
    if (!head || !('owed' in head)) return this.#unasked(source, from, to, last, code)
    const { owed } = head
    this.#within = !last
    if (owed !== 'extended-hello' || code !== 250) this.#toClient.pass(source, from, to)
    else if (!this.#collect(source, from, to)) return 'malformed'
    return last ? this.#answered(owed, code, answered) : undefined
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

  #answered(
    owed: Owed,
    code: number,
    answered: (answer: Answered) => Fault | undefined,
  ): Fault | undefined {
    const texts = this.#texts
    if (texts.length > 0 && code !== 250) return 'malformed'
    this.#entries.shift()
    this.#texts = []
    this.#octets = 0
    if (texts.length > 0) {
      const [greeting = '', ...offers] = texts
      this.#toClient.add(printHello([greeting, ...offers.filter(mayBeOffered)]))
    }
    const fault = answered({ owed, code, texts: texts.slice(1) })
    if (!fault) this.#sayOurs()
    return fault
  }

  #collect(source: Buffer, from: number, to: number): boolean {
    this.#octets += to - from
    if (this.#octets > maxHello || this.#texts.length >= maxHelloLines) return false
    this.#texts.push(source.toString('latin1', from + 4, to).replace(/\r?\n$/, ''))
    return true
  }

  #sayOurs(): void {
    for (;;) {
      const head = this.#entries[0]
      if (!head || !('ours' in head)) return
      this.#entries.shift()
      this.#toClient.add(head.ours)
    }
  }
}

function endsCode(octet: number | undefined): boolean {
  return octet === space || octet === cr || octet === lf
}
