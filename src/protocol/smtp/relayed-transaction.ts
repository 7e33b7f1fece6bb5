import { refusals } from './relayed-command.ts'
import { nothingOffered, type Offer, offerOf } from './relayed-offer.ts'
import type { Owed } from './relayed-replies.ts'

/**
 * What is known of the message that a client is handing over, and whether a chunk of it (BDAT) may
 * pass: a server that does not know BDAT, or finds the chunk too large for the message, runs what is
 * in it as commands. Chunks count against SIZE until the backend agreed to begin anew.
 */
export class Transaction {
  #open: boolean
  /** What the backend's last EHLO said, read when a chunk first asks for it. */
  #capabilities: readonly string[] | undefined
  #offer: Offer | undefined
  /** Octets of the chunks that passed; whether one was refused, so that none passes. */
  #chunked = 0
  #barred = false
  /** Commands under way that may begin anew. */
  #cleaning = 0

  constructor(open: boolean, capabilities: readonly string[] | undefined) {
    this.#open = open
    this.#capabilities = capabilities
  }

  /** Whether a message is under way. */
  get open(): boolean {
    return this.#open
  }

  /** Whether a chunk must wait, since it is not known yet what message it is a part of. */
  get uncertain(): boolean {
    return this.#cleaning > 0 && (this.#chunked > 0 || this.#barred)
  }

  /** Takes a chunk of so many octets, or says why not. */
  chunk(octets: number): string | undefined {
    this.#offer ??= this.#capabilities ? offerOf(this.#capabilities) : nothingOffered
    const { chunking, size = Number.POSITIVE_INFINITY } = this.#offer
    if (!chunking) return refusals.unavailable
    if (this.#barred) return refusals.sequence
    this.#chunked += octets
    this.#barred = this.#chunked > size
    return this.#barred ? refusals.tooLarge : undefined
  }

  /** A command, or the end of a message, went to the backend. */
  sent(owed: Owed): void {
    if (cleaning.has(owed)) this.#cleaning++
  }

  /** `texts`: what an accepted EHLO offered. */
  answered(owed: Owed, code: number, texts: readonly string[]): void {
    const accepted = code < 300
    const cleans = cleaning.has(owed)
    if (ends.has(owed) || (accepted && cleans)) this.#open = owed === 'mail'
    if (cleans) this.#cleaning--
    if (!accepted || !cleans) return
    this.#chunked = 0
    this.#barred = false
    if (owed === 'extended-hello') this.#learn(texts)
    if (owed === 'hello') this.#learn(undefined)
  }

  #learn(capabilities: readonly string[] | undefined): void {
    this.#capabilities = capabilities
    this.#offer = undefined
  }
}

/** A message ends here whatever the answer. */
const ends: ReadonlySet<Owed> = new Set(['end-of-data', 'last-chunk'])

/** After a 2xx to one of these, the backend holds nothing of an earlier message. */
const cleaning: ReadonlySet<Owed> = new Set([
  'mail',
  'reset',
  'hello',
  'extended-hello',
  'end-of-data',
  'last-chunk',
])
