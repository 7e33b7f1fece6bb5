import type { Watcher } from '../../words/relayed.ts'
import { says } from '../octets.ts'
import { Sought } from '../sought.ts'

/**
 * POP3 after the login (RFC 1939), seen just enough to leave politely: a session that ends between
 * DELE and the answer to QUIT loses the deletions, so that the client gets every message again.
 */
export class RelayedPop3 implements Watcher {
  readonly kind = 'watcher'
  readonly #dele = new Sought('dele')
  readonly #quit = new Sought('quit')
  #deletes = false
  #ended = true
  #finished = false

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
    this.#finished = isQuit(chunk)
    this.#deletes ||= this.#dele.endsIn(chunk) || this.#quit.endsIn(chunk)
  }

  backend(chunk: Buffer): void {
    if (chunk.length > 0) this.#ended = chunk[chunk.length - 1] === lf
  }
}

const lf = 0x0a
const cr = 0x0d

/** Whether `chunk` is one line that says QUIT, and no more. */
function isQuit(chunk: Buffer): boolean {
  const end = chunk.length - 1
  const before = chunk[end - 1] === cr ? end - 1 : end
  return before === 'QUIT'.length && chunk[end] === lf && says(chunk, 0, 'QUIT')
}
