import { command, skipSpaces, wordEnd } from '../command.ts'
import { copied, isDigit, isLetter } from '../octets.ts'

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
export const maxTag = 32
const maxWords = 3

const space = 0x20
const cr = 0x0d
const quote = 0x22
const backslash = 0x5c
const brace = 0x7b

/** A command's first line. Verbs that are among `verbs`, in upper case, cost no string. */
export function parse(line: Buffer, verbs: readonly string[]): Piece {
  let end = 0
  while (isOfTag(line[end] ?? 0)) end++
  if (end === 0 || end > maxTag || line[end] !== space) return { kind: 'invalid', tag: undefined }
  const tag = line.toString('latin1', 0, end)
  const said = command(line, verbs, skipSpaces(line, end))
  if (!said) return { kind: 'invalid', tag }
  return words(tag, said.verb, [], line, said.at)
}

/** Whether tags that we take may have `octet` in them. */
export function isOfTag(octet: number): boolean {
  return isLetter(octet) || isDigit(octet) || octet === 0x5f || octet === 0x2e || octet === 0x2d
}

/** The line behind a literal, which has to be followed by a space or nothing. */
export function parseMore({ tag, verb, words: before }: Command, line: Buffer): Piece {
  const wrong = line.includes(cr) || (line.length > 0 && line[0] !== space)
  return wrong ? { kind: 'invalid', tag } : words(tag, verb, before, line, 0)
}

function words(
  tag: string,
  verb: string,
  before: readonly Buffer[],
  line: Buffer,
  from: number,
): Piece {
  const found = before.slice()
  const said = { tag, verb, words: found }
  for (let at = from; ; ) {
    at = skipSpaces(line, at)
    if (at >= line.length) return { kind: 'command', command: said }
    if (found.length === maxWords) return { kind: 'invalid', tag }
    if (line[at] === brace) return literal(said, line, at)
    const quoted = line[at] === quote
    const end = quoted ? endOfQuoted(line, at) : wordEnd(line, at)
    if (end === undefined) return { kind: 'invalid', tag }
    found.push(quoted ? unquoted(line, at + 1, end - 1) : copied(line, at, end))
    at = end
  }
}

function literal(begun: Command, line: Buffer, at: number): Piece {
  const [, digits, plus] = /^\{(\d{1,10})(\+?)\}$/.exec(line.toString('latin1', at, at + 16)) ?? []
  if (digits === undefined) return { kind: 'invalid', tag: begun.tag }
  return { kind: 'literal', command: begun, octets: Number(digits), synchronizing: plus === '' }
}

/** `undefined` where the string is not closed, or something else than a space follows it. */
function endOfQuoted(line: Buffer, from: number): number | undefined {
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] === backslash) at++
    else if (line[at] === quote) {
      const end = at + 1
      return end === line.length || line[end] === space ? end : undefined
    }
  }
  return undefined
}

/** What stands between quotes, from `from` to `to`, without its backslashes. */
function unquoted(line: Buffer, from: number, to: number): Buffer {
  const bytes = copied(line, from, to)
  let length = 0
  for (let at = from; at < to; at++) {
    if (line[at] === backslash) at++
    bytes[length++] = line[at] ?? 0
  }
  if (length === bytes.length) return bytes
  // What is left behind the text may be of a password.
  return bytes.fill(0, length).subarray(0, length)
}

/** Whether an invalid line announces octets that its sender sends without being asked. */
export function announcesOctets(line: Buffer): boolean {
  return line.toString('latin1', Math.max(0, line.length - 2)) === '+}'
}
