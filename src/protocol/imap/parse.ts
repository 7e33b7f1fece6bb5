import { command, trimStart } from '../command.ts'

/**
 * IMAP commands (RFC 9051 section 9), as far as they are said before login. A command comes in
 * pieces: a line, then for each literal its octets and the line behind it.
 */
export interface Command {
  readonly tag: string
  /** In upper case. */
  readonly verb: string
  /** Copies, without quotes. */
  readonly words: readonly Buffer[]
}

export type Piece =
  | { readonly kind: 'command'; readonly command: Command }
  | {
      readonly kind: 'literal'
      readonly command: Command
      readonly octets: number
      /** The client waits until it is asked for the octets (RFC 7888). */
      readonly synchronizing: boolean
    }
  | { readonly kind: 'invalid'; readonly tag: string | undefined }

/** As nginx has them. */
const maxTag = 32
const maxWords = 3

const space = 0x20
const cr = 0x0d
const quote = 0x22
const backslash = 0x5c
const brace = 0x7b

/** A command's first line. */
export function parse(line: Buffer): Piece {
  const end = line.indexOf(space)
  const tag = end < 0 || end > maxTag ? '' : line.toString('latin1', 0, end)
  if (!/^[\w.-]+$/.test(tag)) return { kind: 'invalid', tag: undefined }
  const said = command(trimStart(line.subarray(end)))
  if (!said) return { kind: 'invalid', tag }
  return words({ tag, verb: said.verb, words: [] }, said.rest)
}

/** The line behind a literal, which has to be followed by a space or nothing. */
export function parseMore(begun: Command, line: Buffer): Piece {
  const wrong = line.includes(cr) || (line.length > 0 && line[0] !== space)
  return wrong ? { kind: 'invalid', tag: begun.tag } : words(begun, line)
}

function words(begun: Command, text: Buffer): Piece {
  let found = begun
  let at = 0
  for (;;) {
    while (text[at] === space) at++
    if (at >= text.length) return { kind: 'command', command: found }
    if (found.words.length === maxWords) return { kind: 'invalid', tag: begun.tag }
    if (text[at] === brace) return literal(found, text.subarray(at))
    const word = text[at] === quote ? quoted(text, at) : atom(text, at)
    if (!word) return { kind: 'invalid', tag: begun.tag }
    found = { ...found, words: [...found.words, word.bytes] }
    at = word.end
  }
}

function literal(begun: Command, text: Buffer): Piece {
  const [, digits, plus] = /^\{(\d{1,10})(\+?)\}$/.exec(text.toString('latin1', 0, 16)) ?? []
  if (digits === undefined) return { kind: 'invalid', tag: begun.tag }
  return { kind: 'literal', command: begun, octets: Number(digits), synchronizing: plus === '' }
}

interface Word {
  readonly bytes: Buffer
  /** Where what follows it begins. */
  readonly end: number
}

function atom(text: Buffer, start: number): Word {
  const end = text.indexOf(space, start)
  const stop = end < 0 ? text.length : end
  return { bytes: Buffer.from(text.subarray(start, stop)), end: stop }
}

/** `undefined` where the string is not closed, or something else than a space follows it. */
function quoted(text: Buffer, start: number): Word | undefined {
  const bytes = Buffer.alloc(text.length)
  let length = 0
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) {
      const end = at + 1
      if (end < text.length && text[end] !== space) return undefined
      return { bytes: bytes.subarray(0, length), end }
    }
    if (text[at] === backslash) at++
    bytes[length++] = text[at] ?? 0
  }
  return undefined
}

/** Whether an invalid line announces octets that its sender sends without being asked. */
export function announcesOctets(line: Buffer): boolean {
  return line.toString('latin1', Math.max(0, line.length - 2)) === '+}'
}
