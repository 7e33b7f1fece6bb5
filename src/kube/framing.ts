/**
 * A watch's octets → its lines, whatever the split; octets are joined before they become text, so no
 * character is ever cut.
 */

/** An object of the API server holds less than 1.5 MiB, in JSON a few times as much. */
export const lineCap = 16 * 1024 * 1024

export class Framing {
  #chunks: Buffer[] = []
  #length = 0
  readonly #cap: number

  constructor(cap = lineCap) {
    this.#cap = cap
  }

  /** The lines that `chunk` completes. `undefined`: a line without an end, which is corruption. */
  push(chunk: Buffer): readonly Buffer[] | undefined {
    const lines: Buffer[] = []
    let from = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...this.#chunks, chunk.subarray(from, end)])
      this.#chunks = []
      this.#length = 0
      from = end + 1
      if (line.length > this.#cap) return undefined
      if (line.length > 0) lines.push(line)
    }
    if (from < chunk.length) this.#chunks.push(chunk.subarray(from))
    this.#length += chunk.length - from
    return this.#length > this.#cap ? undefined : lines
  }
}
