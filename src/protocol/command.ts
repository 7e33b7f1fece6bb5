import { isLetter, wordAt } from './octets.ts'

const space = 0x20
const cr = 0x0d

/** Letters of a verb. */
const maxVerb = 12

/** A command: a verb, and where in its line that begins which follows it, without leading spaces. */
export interface Command {
  /** In upper case. */
  readonly verb: string
  readonly at: number
}

/**
 * The command that begins at `from`; `undefined` where there is no verb, or a CR that ends no line. A
 * verb that is one of `known`, in upper case, is given out as that very string.
 */
export function command(line: Buffer, known: readonly string[], from = 0): Command | undefined {
  let end = from
  while (isLetter(line[end] ?? 0)) end++
  const letters = end - from
  const ends = end === line.length || line[end] === space
  if (letters === 0 || letters > maxVerb || !ends || hasCr(line, end)) return undefined
  const verb = wordAt(line, from, end, known) ?? line.toString('latin1', from, end).toUpperCase()
  return { verb, at: skipSpaces(line, end) }
}

function hasCr(line: Buffer, from: number): boolean {
  for (let at = from; at < line.length; at++) if (line[at] === cr) return true
  return false
}

/** Where the first octet from `at` on stands that is no space. */
export function skipSpaces(text: Buffer, at: number): number {
  let next = at
  while (text[next] === space) next++
  return next
}

export function trimEnd(text: Buffer): Buffer {
  let end = text.length
  while (text[end - 1] === space) end--
  return text.subarray(0, end)
}

/** Where the word that begins at `at` ends. */
export function wordEnd(line: Buffer, at: number): number {
  let end = at
  while (end < line.length && line[end] !== space) end++
  return end
}

/** The arguments in `line` from `from` on, split at any number of spaces; views. */
export function words(line: Buffer, from: number): readonly Buffer[] {
  const found: Buffer[] = []
  for (let at = skipSpaces(line, from); at < line.length; ) {
    const end = wordEnd(line, at)
    found.push(line.subarray(at, end))
    at = skipSpaces(line, end)
  }
  return found
}

/** How many arguments `words` finds. */
export function countWords(line: Buffer, from: number): number {
  let count = 0
  for (let at = skipSpaces(line, from); at < line.length; count++) {
    at = skipSpaces(line, wordEnd(line, at))
  }
  return count
}
