import type { Watcher } from '../../words/relayed.ts'
import { Sought } from '../sought.ts'
import { Side } from './relayed-side.ts'

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
  /** The start of the client's last line, and the tag of its last command with the space behind it. */
  #head = ''
  #tag = ''

  /** Whether neither side is amid a line or a literal, and no command waits for its answer. */
  get idle(): boolean {
    const between = this.#client.ended && this.#backend.ended && !this.#backend.awaiting
    return between && !this.#compressed
  }

  get finished(): boolean {
    return !this.#compressed && this.#client.ended && isLogout(this.#head)
  }

  client(chunk: Buffer): void {
    if (this.#compressed || chunk.length === 0) return
    const { literal } = this.#client
    this.#client.take(chunk)
    this.#head = this.#client.headIn(chunk)
    this.#expectAnswer()
    this.#compressed = this.#compress.endsIn(chunk, literal, this.#client.textEnd)
  }

  backend(chunk: Buffer): void {
    if (this.#compressed || chunk.length === 0) return
    this.#backend.take(chunk)
    // A literal that was announced and then refused is never sent: a tagged response comes instead.
    if (this.#client.announced && this.#backend.ended) {
      if (!/^[*+]/.test(this.#backend.headIn(chunk))) this.#client.forget()
    }
  }

  /** A line without a tag (`DONE`, RFC 2177) goes on with the command before it. */
  #expectAnswer(): void {
    const end = this.#head.indexOf(' ') + 1
    if (end > 0) this.#tag = this.#head.slice(0, end)
    this.#backend.expect(this.#tag)
  }
}

function isLogout(line: string): boolean {
  const verb = line.indexOf(' ') + 1
  const said = line.slice(verb).toLowerCase()
  return verb > 1 && (said === 'logout\r\n' || said === 'logout\n')
}
