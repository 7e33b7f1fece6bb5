import type { Watcher } from '../../words/relayed.ts'
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
  /** Of the last command, with the space behind it. */
  #tag = ''
  /** The end of what the client said, in case the word is cut. */
  #said = ''

  /** Whether neither side is amid a line or a literal, and no command waits for its answer. */
  get idle(): boolean {
    const between = this.#client.ended && this.#backend.ended && !this.#backend.awaiting
    return between && !this.#compressed
  }

  get finished(): boolean {
    return !this.#compressed && this.#client.ended && logout.test(this.#client.head)
  }

  client(chunk: Buffer): void {
    if (this.#compressed) return
    const { literal } = this.#client
    this.#client.take(chunk)
    this.#expectAnswer()
    if (literal >= chunk.length) return
    const text = this.#said + chunk.toString('latin1', literal)
    this.#compressed = /compress/i.test(text)
    this.#said = text.slice(1 - 'compress'.length)
  }

  backend(chunk: Buffer): void {
    if (this.#compressed || chunk.length === 0) return
    this.#backend.take(chunk)
    // A literal that was announced and then refused is never sent: a tagged response comes instead.
    if (this.#client.announced && this.#backend.ended) {
      if (!/^[*+]/.test(this.#backend.head)) this.#client.forget()
    }
  }

  /** A line without a tag (`DONE`, RFC 2177) goes on with the command before it. */
  #expectAnswer(): void {
    const { head } = this.#client
    const end = head.indexOf(' ') + 1
    if (end > 0) this.#tag = head.slice(0, end)
    this.#backend.expect(this.#tag)
  }
}

const logout = /^[^ ]+ logout\r?\n$/i
