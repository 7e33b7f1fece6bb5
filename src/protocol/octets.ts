import { Buffer } from 'node:buffer'

/**
 * Octets compared with words, and copied, without a string or a view in between: most of what peers
 * say is a known word, and what is not may be a secret. A native call costs more than the few octets
 * of either.
 */

/** Octets from which on a native copy costs less than a loop. */
const long = 48

/** Whether `word`, which is in upper case, stands at `at` in any case. */
export function says(octets: Buffer, at: number, word: string): boolean {
  if (octets.length - at < word.length) return false
  for (let i = 0; i < word.length; i++) {
    if (upper(octets[at + i] ?? 0) !== word.charCodeAt(i)) return false
  }
  return true
}

/** Whether `word` stands at `at` to the octet. */
export function holds(octets: Buffer, at: number, word: string): boolean {
  if (octets.length - at < word.length) return false
  for (let i = 0; i < word.length; i++) if (octets[at + i] !== word.charCodeAt(i)) return false
  return true
}

/** The one of `words`, which are in upper case, that stands from `from` to `to` in any case. */
export function wordAt<Word extends string>(
  octets: Buffer,
  from: number,
  to: number,
  words: readonly Word[],
): Word | undefined {
  const index = wordIndexAt(octets, from, to, words)
  // What is no index is looked for as a name, which takes V8 longer than all the rest.
  return index < 0 ? undefined : words[index]
}

/** Its place among `words`, from 0; -1 where it is none of them. */
export function wordIndexAt(
  octets: Buffer,
  from: number,
  to: number,
  words: readonly string[],
): number {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word.length === to - from && says(octets, from, word)) return i
  }
  return -1
}

/** Of a letter in small its capital, else the octet itself. */
function upper(octet: number): number {
  return octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet
}

export function isLetter(octet: number): boolean {
  const small = octet | 0x20
  return small >= 0x61 && small <= 0x7a
}

export function isDigit(octet: number): boolean {
  return octet >= 0x30 && octet <= 0x39
}

/** What stands from `from` to `to`, in a fresh buffer. */
export function copied(octets: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from)
  if (to - from >= long) octets.copy(copy, 0, from, to)
  else for (let at = from; at < to; at++) copy[at - from] = octets[at] ?? 0
  return copy
}

/** Writes `part`, whose characters are latin1, at `at`; where it ends. */
export function put(bytes: Buffer, at: number, part: string | Buffer): number {
  const { length } = part
  if (typeof part === 'string') {
    if (length >= long) bytes.write(part, at, 'latin1')
    else for (let i = 0; i < length; i++) bytes[at + i] = part.charCodeAt(i)
  } else if (length >= long) part.copy(bytes, at)
  else for (let i = 0; i < length; i++) bytes[at + i] = part[i] ?? 0
  return at + length
}
