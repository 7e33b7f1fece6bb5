import { Known } from '../known.ts'
import type { Reply } from './reply.ts'
import { isDovecot } from './xclient.ts'

/** What an EHLO said (RFC 5321 section 4.1.1.1). */
export interface Extensions {
  /** Its lines behind the first, keywords in upper case. */
  readonly lines: readonly string[]
  /** The words behind each keyword, in upper case. */
  readonly words: ReadonlyMap<string, ReadonlySet<string>>
  /** Dovecot's XCLIENT is listed, whose LOGIN is no authentication. */
  readonly dovecot: boolean
}

/** Replies to EHLO that are known again. */
export const mostHellos = 64

const hellos = new Known(mostHellos, read)

/** The extensions in a whole reply to EHLO. */
export function extensionsIn({ octets, end }: Reply): Extensions {
  return hellos.in(octets, 0, end)
}

/** Of one line `reply` has no end, of several each has its own: the first says nothing. */
function read(reply: string): Extensions {
  const texts = reply.split('\r\n').slice(1, -1)
  const lines = texts.map(text =>
    text
      .slice('250 '.length)
      .replace(/^[^ =]+/, keyword => keyword.toUpperCase())
      .trimEnd(),
  )
  const words = new Map<string, Set<string>>()
  for (const line of lines) {
    const keyword = /^[^ =]+/.exec(line)?.[0]
    if (keyword === undefined) continue
    const said = words.get(keyword) ?? new Set()
    words.set(keyword, said)
    for (const word of line
      .slice(keyword.length + 1)
      .toUpperCase()
      .split(' '))
      said.add(word)
  }
  return { lines, words, dovecot: isDovecot(words.get('XCLIENT') ?? new Set()) }
}
