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
  #first: number | undefined
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

  /** The first octet of the last line. */
  get first(): number | undefined {
    return this.#first
  }

  /** The literal that was announced will not come. */
  forget(): void {
    this.#literal = 0
    this.#announced = false
    this.#ended = true
  }

  take(chunk: Buffer): void {
    if (this.#lost || chunk.length === 0) return
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
        line = this.#skip(chunk, at)
        at = line
      }
    }
    const start = chunk.subarray(line, -1).lastIndexOf(lf) + 1
    if (start > 0 || (line === 0 && this.#ended)) this.#first = chunk[line + start]
    // A line goes on behind its literal.
    this.#ended = line < chunk.length && chunk[chunk.length - 1] === lf
    const tail = chunk.toString('latin1', Math.max(line, chunk.length - longest))
    this.#tail = line === 0 ? (this.#tail + tail).slice(-longest) : tail
  }

  /** Counts what of `chunk` belongs to the literal; where the text goes on. */
  #skip(chunk: Buffer, at: number): number {
    const count = Math.min(this.#literal, chunk.length - at)
    this.#literal -= count
    if (count > 0) this.#announced = false
    return at + count
  }

  /** Looks for an announcement that began in an earlier chunk; where the text goes on. */
  #seam(chunk: Buffer): number {
    const before = this.#tail
    if (before === '') return 0
    const end = this.#announce(before + chunk.toString('latin1', 0, longest))
    return end === undefined ? 0 : this.#skip(chunk, end - before.length)
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
const longest = '{123456789012345+}\r\n'.length
const ending = Buffer.from('}\r\n')
/** Ends of lines in one chunk that could announce a literal, above which a side is not followed on. */
export const mostSearches = 1_024
const lf = 0x0a
