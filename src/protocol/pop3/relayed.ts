import type { Watcher } from '../../words/relayed.ts'

/**
 * POP3 after the login (RFC 1939), seen just enough to leave politely: a session that ends between
 * DELE and the answer to QUIT loses the deletions, so that the client gets every message again.
 */
export class RelayedPop3 implements Watcher {
  readonly kind = 'watcher'
  #deletes = false
  #ended = true
  #finished = false
  /** The end of what the client said, in case a word is cut. */
  #said = ''

  /** Whether nothing is lost if the session ends now: every command has at least begun to be answered. */
  get idle(): boolean {
    return !this.#deletes && this.#ended
  }

  /** A QUIT that came with other commands, or in pieces, is not looked for. */
  get finished(): boolean {
    return this.#finished
  }

  client(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#ended = false
    this.#finished = chunk.length <= quit && /^quit\r?\n$/i.test(chunk.toString('latin1'))
    if (this.#deletes) return
    const text = this.#said + chunk.toString('latin1')
    this.#deletes = /dele|quit/i.test(text)
    this.#said = text.slice(1 - 'dele'.length)
  }

  backend(chunk: Buffer): void {
    if (chunk.length > 0) this.#ended = chunk[chunk.length - 1] === lf
  }
}

const lf = 0x0a
const quit = 'QUIT\r\n'.length
