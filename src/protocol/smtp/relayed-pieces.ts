const none: readonly Buffer[] = []

/** What goes to one side, in order: ranges of what came, which are not copied, and octets of our own. */
export class Pieces {
  #done: Buffer[] | undefined
  #source: Buffer | undefined
  #from = 0
  #to = 0

  /** Adds a range of `source`; ranges that touch become one piece. */
  pass(source: Buffer, from: number, to: number): void {
    if (from === to) return
    if (this.#source !== source || this.#to !== from) {
      this.#close()
      this.#source = source
      this.#from = from
    }
    this.#to = to
  }

  add(octets: Buffer): void {
    if (octets.length > 0) this.pass(octets, 0, octets.length)
  }

  /** All pieces so far; the next ones begin anew. */
  take(): readonly Buffer[] {
    this.#close()
    const done = this.#done ?? none
    this.#done = undefined
    return done
  }

  #close(): void {
    const source = this.#source
    if (!source) return
    const isWhole = this.#from === 0 && this.#to === source.length
    const piece = isWhole ? source : source.subarray(this.#from, this.#to)
    if (this.#done) this.#done.push(piece)
    else this.#done = [piece]
    this.#source = undefined
  }
}
