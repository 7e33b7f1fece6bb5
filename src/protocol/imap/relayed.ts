import type { Watcher } from '../../words/relayed.ts'
import { Side } from './relayed-side.ts'

/**
 * IMAP after the login (RFC 9051), seen just enough to leave politely: whether each side has ended
 * its line outside any literal, so that a `* BYE` of ours would stand between two responses.
 *
 * After COMPRESS (RFC 4978) octets are no lines any more, and nothing is ever said.
 */
export class RelayedImap implements Watcher {
  readonly kind = 'watcher'
  readonly #client = new Side()
  readonly #backend = new Side()
  #compressed = false
  /** The end of what the client said, in case the word is cut. */
  #said = ''

  /** Whether neither side is amid a line or a literal. */
  get idle(): boolean {
    return !this.#compressed && this.#client.ended && this.#backend.ended
  }

  client(chunk: Buffer): void {
    if (this.#compressed) return
    const { literal } = this.#client
    this.#client.take(chunk)
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
      const { first } = this.#backend
      if (first !== star && first !== plus) this.#client.forget()
    }
  }
}

const star = 0x2a
const plus = 0x2b
