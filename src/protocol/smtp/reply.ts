import { Buffer } from 'node:buffer'
import { withEnd } from '../converse.ts'
import { copied, isDigit, put } from '../octets.ts'

/** Lines and octets of one reply, for callers that do not bound it closer. */
export const maxLines = 256
export const maxOctets = 65_536

/**
 * A backend's reply (RFC 5321 section 4.2), all its lines. It stands where it was read: what is to be
 * kept of it is copied while it is answered, as its `bytes` are.
 */
export class Reply {
  readonly code: number
  /** Up to `end`: one line without its end, or several with theirs. */
  readonly octets: Buffer
  readonly end: number
  readonly #several: boolean

  constructor(code: number, octets: Buffer, end: number, several: boolean) {
    this.code = code
    this.octets = octets
    this.end = end
    this.#several = several
  }

  /** A copy, whole and as it came. */
  get bytes(): Buffer {
    return this.#several ? copied(this.octets, 0, this.end) : withEnd(this.octets)
  }
}

/** Lines of a reply, one behind the other. */
export interface Lines {
  readonly octets: Buffer
  /** Octets that are taken: who holds fewer of them adds nothing behind these, but makes a copy. */
  taken: number
}

const none: Lines = { octets: Buffer.alloc(0), taken: 0 }

/** Octets that most replies of several lines fit in. */
const usual = 256

const cr = 0x0d
const lf = 0x0a
const hyphen = 0x2d
const space = 0x20

/** The first `length` octets of `lines`, which stay as they are, and behind them `line` with its end. */
export function added(lines: Lines = none, length: number, line: Buffer): Lines {
  const end = length + line.length + 2
  const fits = lines.taken === length && end <= lines.octets.length
  const octets = fits ? lines.octets : roomier(lines.octets, length, end)
  const at = put(octets, length, line)
  octets[at] = cr
  octets[at + 1] = lf
  if (!fits) return { octets, taken: end }
  lines.taken = end
  return lines
}

function roomier(octets: Buffer, length: number, end: number): Buffer {
  const room = Buffer.allocUnsafe(Math.max(usual, 2 * end))
  octets.copy(room, 0, 0, length)
  return room
}

/** Whether more lines of the same reply follow `line`. */
export function goesOn(line: Buffer): boolean {
  return line[3] === hyphen
}

/** Of a line, with a space or a hyphen behind it, or nothing. */
export function codeOf(line: Buffer): number | undefined {
  const separator = line[3] ?? space
  return separator === space || separator === hyphen ? codeAt(line, 0) : undefined
}

/** Three digits at `at`, the first from 2 to 5. */
export function codeAt(octets: Buffer, at: number): number | undefined {
  const first = octets[at] ?? 0
  const second = octets[at + 1] ?? 0
  const third = octets[at + 2] ?? 0
  if (first < 0x32 || first > 0x35 || !isDigit(second) || !isDigit(third)) return undefined
  return (first - 0x30) * 100 + (second - 0x30) * 10 + third - 0x30
}

/** What stands behind the code of the first line, in latin1. */
export function textOf({ bytes }: Reply): string {
  return bytes.toString('latin1', '250 '.length, bytes.indexOf('\r\n'))
}
