/**
 * Looks for a word in octets that come in pieces, in any case, and keeps no more than a number. The
 * first letter of the word must not come again in it: then what does not go on with it can only begin it.
 */
export class Sought {
  /** In small letters. */
  readonly #word: string
  /** How many letters of it the last octets were. */
  #found = 0

  constructor(word: string) {
    this.#word = word
  }

  /** Whether the word ends in `octets`, from `from` to `to`. */
  endsIn(octets: Buffer, from = 0, to = octets.length): boolean {
    const word = this.#word
    let found = this.#found
    for (let at = from; at < to && found < word.length; at++) {
      // Only a letter's two cases become the small letter.
      const small = (octets[at] ?? 0) | 0x20
      if (small === word.charCodeAt(found)) found++
      else found = small === word.charCodeAt(0) ? 1 : 0
    }
    this.#found = found
    return found === word.length
  }
}
