import { holds } from './octets.ts'

/** Octets of a text that is kept: backends' lists of capabilities are far below. */
const longest = 4_096

/**
 * What texts that were heard of late mean: a backend says the same ones to every session. They are
 * known again where they stand, without a string.
 */
export class Known<Meaning> {
  readonly #most: number
  readonly #read: (text: string) => Meaning
  readonly #entries: { readonly text: string; readonly meaning: Meaning }[] = []

  /** Keeps no more than so many texts; `read` is pure. */
  constructor(most: number, read: (text: string) => Meaning) {
    this.#most = most
    this.#read = read
  }

  /** What stands from `from` to `to` means. */
  in(octets: Buffer, from: number, to: number): Meaning {
    for (const { text, meaning } of this.#entries) {
      if (text.length === to - from && holds(octets, from, text)) return meaning
    }
    const text = octets.toString('latin1', from, to)
    const meaning = this.#read(text)
    if (this.#entries.length >= this.#most) this.#entries.length = 0
    if (text.length <= longest) this.#entries.push({ text, meaning })
    return meaning
  }
}
