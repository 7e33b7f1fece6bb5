import { Buffer } from 'node:buffer'
import type { Watcher } from '../../words/relayed.ts'
import { wordEnd } from '../command.ts'
import { says } from '../octets.ts'
import { Sought } from '../sought.ts'
import { longestHead, Side } from './relayed-side.ts'

/**
 * IMAP after the login (RFC 9051), seen just enough to leave politely: whether each side has ended
 * its line outside any literal, so that a `* BYE` of ours would stand between two responses, and
 * whether the last command has its answer (a tagged response, or the `+` of IDLE), so that no client
 * is left in doubt about an APPEND that was stored.
 *
 * After COMPRESS (RFC 4978) octets are no lines any more, and nothing is ever said.
 */
export class RelayedImap implements Watcher {
  readonly kind = 'watcher'
  readonly #client = new Side()
  readonly #backend = new Side()
  #compressed = false
  readonly #compress = new Sought('compress')
  /** Whether the client's last line was LOGOUT. */
  #logout = false

  /** Whether neither side is amid a line or a literal, and no command waits for its answer. */
  get idle(): boolean {
    const between = this.#client.ended && this.#backend.ended && !this.#backend.awaiting
    return between && !this.#compressed
  }

  get finished(): boolean {
    return !this.#compressed && this.#client.ended && this.#logout
  }

  client(chunk: Buffer): void {
    if (this.#compressed || chunk.length === 0) return
    const { literal } = this.#client
    this.#client.take(chunk)
    const { start } = this.#client
    if (start === undefined) this.#heard(Buffer.from(this.#client.head, 'latin1'), 0)
    else this.#heard(chunk, start)
    this.#compressed = this.#compress.endsIn(chunk, literal, this.#client.textEnd)
  }

  backend(chunk: Buffer): void {
    if (this.#compressed || chunk.length === 0) return
    this.#backend.take(chunk)
    // A literal that was announced and then refused is never sent: a tagged response comes instead.
    if (this.#client.announced && this.#backend.ended) {
      const { start, head } = this.#backend
      const first = start === undefined ? head.charCodeAt(0) : chunk[start]
      if (first !== star && first !== plus) this.#client.forget()
    }
  }

  /** The client's last line begins at `from`. One without a tag (`DONE`, RFC 2177) goes on with the command before it. */
  #heard(octets: Buffer, from: number): void {
    const verb = tagEnd(octets, from)
    if (verb === undefined) this.#backend.expectAgain()
    else this.#backend.expect(octets, from, verb)
    this.#logout = verb !== undefined && verb > from + 1 && isLogout(octets, verb)
  }
}

const star = 0x2a
const plus = 0x2b
const lf = 0x0a
const cr = 0x0d

/** Behind the tag that begins at `from` and the space that follows it; `undefined` where there is none. */
function tagEnd(octets: Buffer, from: number): number | undefined {
  const end = wordEnd(octets, from)
  return end < Math.min(octets.length, from + longestHead) ? end + 1 : undefined
}

/** Whether what stands from `from` on is LOGOUT and the end of its line. */
function isLogout(octets: Buffer, from: number): boolean {
  const end = from + 'LOGOUT'.length
  if (!says(octets, from, 'LOGOUT')) return false
  const ending = octets[end] === cr ? end + 1 : end
  return octets[ending] === lf && ending + 1 === octets.length
}
