/**
 * What one side of an IMAP session sends: whether it has ended its line, outside any literal (RFC 9051
 * section 4.3, RFC 7888). Literals are counted and the rest is searched natively, never parsed: a text
 * at the end of a line that looks like the start of a literal makes us wait longer, no more.
 */
export class Side {
  #literal = 0
  #announced = false
  #ended = true
  #lost = false
  /** Where in the chunk that was taken last a literal begins that goes on behind it; else its length. */
  #textEnd = 0
  #start: number | undefined
  #head = ''
  /** What the line begins with that is waited for: so many octets, which are written over with the next command's. */
  readonly #awaited: number[] = []
  #awaitedLength = 0
  #awaiting = false
  /** The end of the line so far, in case an announcement is cut. */
  #tail = ''

  /** Octets of a literal that are still to come. */
  get literal(): number {
    return this.#literal
  }

  /** Whether a literal waits for the other side's leave, so that nothing of it came. */
  get announced(): boolean {
    return this.#announced
  }

  /** Whether the last octet ended a line. */
  get ended(): boolean {
    return this.#ended
  }

  /** Octets of the chunk that was taken last behind which all is of a literal. */
  get textEnd(): number {
    return this.#textEnd
  }

  /** Where in the chunk that was taken last its last line begins; `undefined`: `head` is how it does. */
  get start(): number | undefined {
    return this.#start
  }

  /** The start of the last line, which may go on behind literals. */
  get head(): string {
    return this.#head
  }

  /** Waits for a line that begins with what stands in `octets` there, or for a continuation request. */
  expect(octets: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at++) this.#awaited[at - from] = octets[at] ?? 0
    this.#awaitedLength = to - from
    this.#awaiting = true
  }

  /** Waits once more for what was waited for last. */
  expectAgain(): void {
    this.#awaiting = true
  }

  /** Whether a line that is waited for did not begin yet. */
  get awaiting(): boolean {
    return this.#awaiting
  }

  /** The literal that was announced will not come. */
  forget(): void {
    this.#literal = 0
    this.#announced = false
    this.#ended = true
  }

  take(chunk: Buffer): void {
    this.#textEnd = chunk.length
    if (this.#lost || chunk.length === 0) return
    if (this.#isSimple(chunk)) return
    this.#start = undefined
    let line = this.#skip(chunk, 0)
    if (line === 0) line = this.#seam(chunk)
    for (let at = line, searches = 0; at < chunk.length; searches++) {
      const found = chunk.indexOf(ending, at)
      if (found < 0) break
      if (searches === mostSearches) {
        // Too much to follow, now and later.
        this.#lost = true
        this.#ended = false
        return
      }
      at = found + ending.length
      const text = chunk.toString('latin1', Math.max(line, at - longest), at)
      if (this.#announce(text) !== undefined) {
        this.#begin(chunk, line, at)
        line = this.#skip(chunk, at)
        at = line
      }
    }
    this.#begin(chunk, line, chunk.length)
    // A line goes on behind its literal.
    this.#ended = line < chunk.length && chunk[chunk.length - 1] === lf
    const tail = chunk.toString('latin1', Math.max(line, chunk.length - longest))
    this.#tail = line === 0 ? (this.#tail + tail).slice(-longest) : tail
  }

  /**
   * Whether `chunk` is a few whole lines without any literal, as nearly all are; then it is looked at once,
   * octet by octet, which for so few costs less than to make a string of them and to search that.
   */
  #isSimple(chunk: Buffer): boolean {
    if (!this.#ended || this.#tail.includes('{')) return false
    if (chunk.length > shortest || chunk[chunk.length - 1] !== lf) return false
    let start = 0
    let arrived = this.#begins(chunk, 0)
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] !== lf) continue
      if (chunk[at - 1] === cr && chunk[at - 2] === brace) return false
      if (at + 1 === chunk.length) break
      start = at + 1
      arrived ||= this.#begins(chunk, start)
    }
    if (arrived) this.#awaiting = false
    this.#start = start
    this.#tail = ''
    return true
  }

  /** Whether a line that begins at `at` is the one that is awaited. */
  #begins(chunk: Buffer, at: number): boolean {
    if (!this.#awaiting || chunk[at] === plus) return this.#awaiting
    const length = this.#awaitedLength
    let same = 0
    while (same < length && chunk[at + same] === this.#awaited[same]) same++
    return same === length
  }

  /** Counts what of `chunk` belongs to the literal; where the text goes on. */
  #skip(chunk: Buffer, at: number): number {
    const count = Math.min(this.#literal, chunk.length - at)
    this.#literal -= count
    if (count > 0) this.#announced = false
    if (this.#literal > 0) this.#textEnd = at
    return at + count
  }

  /** Notes how the lines of the text from `from` to `to` begin, the first of which may go on from before. */
  #begin(chunk: Buffer, from: number, to: number): void {
    const text = chunk.subarray(from, to)
    const goesOn = this.#ended ? '' : this.#head
    const first = goesOn + text.toString('latin1', 0, Math.max(0, longestHead - goesOn.length))
    const start = text.subarray(0, -1).lastIndexOf(lf) + 1
    this.#head = start === 0 ? first : text.toString('latin1', start, start + longestHead)
    this.#ended = false
    this.#arrived(first, text)
  }

  /** Whether what is awaited is how a line of `text` begins: its first, its last, or one between. */
  #arrived(first: string, text: { includes(part: string): boolean }): void {
    if (!this.#awaiting) return
    const awaited = String.fromCharCode(...this.#awaited.slice(0, this.#awaitedLength))
    const begins = (line: string) => line.startsWith('+') || line.startsWith(awaited)
    const between = () => text.includes('\n+') || text.includes(`\n${awaited}`)
    if (begins(first) || begins(this.#head) || between()) this.#awaiting = false
  }

  /** Looks for an announcement that began in an earlier chunk; where the text goes on. */
  #seam(chunk: Buffer): number {
    const before = this.#tail
    if (!before.includes('{')) return 0
    const end = this.#announce(before + chunk.toString('latin1', 0, longest))
    if (end === undefined) return 0
    const at = end - before.length
    this.#begin(chunk, 0, at)
    return this.#skip(chunk, at)
  }

  /** Where the announcement of a literal in `text` ends. */
  #announce(text: string): number | undefined {
    const found = announcement.exec(text)
    if (!found) return undefined
    this.#literal = Number(found[1])
    this.#announced = this.#literal > 0 && found[2] === ''
    return found.index + found[0].length
  }
}

/** RFC 9051's numbers have 63 bits; more octets than 15 digits can tell never come. */
const announcement = /\{(\d{1,15})(\+?)\}\r\n/
/** Octets up to which a chunk is looked at as one string. */
const shortest = 512
const longest = '{123456789012345+}\r\n'.length
/** Characters of a line's start that are kept: longer tags than this are cut. */
export const longestHead = 64
const ending = Buffer.from('}\r\n')
/** Ends of lines in one chunk that could announce a literal, above which a side is not followed on. */
export const mostSearches = 1_024
const lf = 0x0a
const cr = 0x0d
const brace = 0x7d
const plus = 0x2b
