/**
 * The body behind DATA (RFC 5321 section 4.1.1.4), which ends at CRLF `.` CRLF and nowhere else.
 *
 * Servers differ in what else they take for the end of a line: a bare LF, a bare CR, and NULs that
 * they drop. A dot that one of them could take for the end while another does not is `ambiguous`: it
 * is never passed on. Everything else flows as it came, bare LF and NUL included.
 *
 * Most octets are only looked at by native searches. A table of states (rows) and octets (columns)
 * walks the few around a dot that could begin a line, and those at the end of a chunk.
 */
export type BodyPart = {
  /** What was held back before and goes out ahead of the chunk. */
  readonly before: Buffer
  /** Where what goes out of the chunk ends. */
  readonly to: number
  /** `end`: the body ends at `to`; what follows are commands. */
  readonly find: 'more' | 'end' | 'ambiguous'
}

const text = 0
const cr = 1
const lf = 2
const crlf = 3
/** NULs at the start of a line. */
const nul = 4
/** A dot behind CRLF, and then a CR; a dot behind a bare CR or LF. */
const dot = 5
const dotCr = 6
const loose = 7
const end = 8
const ambiguous = 9

const other = 0
/** Columns: another octet, CR, LF, NUL, dot. */
const columns = new Uint8Array(256).fill(other)
columns[0x0d] = 1
columns[0x0a] = 2
columns[0x00] = 3
columns[0x2e] = 4

const width = 5
const table = Uint8Array.of(
  ...[text, cr, lf, text, text],
  ...[text, cr, crlf, nul, loose],
  ...[text, cr, lf, nul, loose],
  ...[text, cr, lf, nul, dot],
  ...[text, cr, lf, nul, ambiguous],
  ...[text, dotCr, ambiguous, ambiguous, text],
  ...[ambiguous, ambiguous, end, ambiguous, ambiguous],
  ...[text, ambiguous, ambiguous, ambiguous, text],
)

/** A dot at the start of a line, as any server could read it, has one of these before it. */
const starts = ['\n.', '\r.', '\0.'].map(start => Buffer.from(start, 'latin1'))

const held = Buffer.from('.\r', 'latin1')

export class Body {
  /** The end of the DATA line ends a line of the body. */
  #state = crlf
  /** How much of `held` waits for what follows. */
  #held = 0

  /** Reads `chunk` from `from`; not to be called again once it found the end. */
  take(chunk: Buffer, from: number): BodyPart {
    const before = this.#held
    // Where the dot stands of which it is not known yet what it is; before the chunk if held.
    let pending = before > 0 ? from - before : undefined
    const starts = new Starts(chunk)
    let state = this.#state
    let at = from
    while (at < chunk.length && state < end) {
      if (state === text) at = starts.after(at)
      if (at === chunk.length) break
      state = table[state * width + (columns[chunk[at] ?? 0] ?? other)] ?? ambiguous
      if (state <= nul) pending = undefined
      else if (state !== end) pending ??= at
      at++
    }
    this.#state = state
    const to = pending === undefined || state === end ? at : Math.max(from, pending)
    this.#held = pending === undefined ? 0 : chunk.length - pending
    const find = state === end ? 'end' : state === ambiguous ? 'ambiguous' : 'more'
    const isReleased = pending === undefined || pending >= from || state === end
    return { before: held.subarray(0, isReleased ? before : 0), to, find }
  }
}

/** Where in a chunk the table must walk. */
class Starts {
  readonly #chunk: Buffer
  /** The next of each of `starts`; each is searched through once. */
  readonly #next = [-1, -1, -1]
  /** Before the first dot, which alone is looked for in what has none: most of what is attached. */
  #from = -1

  constructor(chunk: Buffer) {
    this.#chunk = chunk
  }

  /** The place, at or behind `at` in the midst of text, from where on octets matter. */
  after(at: number): number {
    const chunk = this.#chunk
    if (this.#from < 0) {
      const found = chunk.indexOf(0x2e, at)
      this.#from = found < 0 ? chunk.length : Math.max(0, found - 1)
    }
    let first = chunk.length
    for (const [i, start] of starts.entries()) {
      let next = this.#next[i] ?? -1
      if (next < at) {
        const found = chunk.indexOf(start, Math.max(at, this.#from))
        next = found < 0 ? chunk.length : found
        this.#next[i] = next
      }
      if (next < first) first = next
    }
    const last = Math.min(first, chunk.length - 1)
    const start = beforeNuls(chunk, last, at)
    // NULs within a line, up to a dot or to the end of the chunk: the dot begins no line either.
    if (start === at && chunk[at] === 0) return last + 1
    return Math.max(at, start - 1)
  }
}

/** The last octet at or before `last` that is no NUL. */
function beforeNuls(chunk: Buffer, last: number, first: number): number {
  let at = last
  while (at > first && chunk[at] === 0) at--
  return at
}
