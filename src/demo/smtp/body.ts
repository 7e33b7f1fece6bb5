/**
 * The content behind DATA: dots taken away, bare LF made CRLF. It ends at CRLF.CRLF and nowhere
 * else (RFC 5321 4.1.1.4); a lone dot behind a bare LF is content. Octets above `atMost` are
 * counted and dropped.
 */
export class Body {
  readonly #atMost: number
  readonly #lines: Buffer[] = []
  #octets = 0
  /** Whether the line before ended in CRLF; 354 counts as one that did. */
  #fresh = true

  constructor(atMost: number) {
    this.#atMost = atMost
  }

  /** `line` has its end; true: this was the last. */
  push(line: Buffer): boolean {
    const whole = line.length >= 2 && line[line.length - 2] === 0x0d
    if (this.#fresh && whole && line.length === 3 && line[0] === dot) return true
    const from = this.#fresh && line[0] === dot ? 1 : 0
    this.#fresh = whole
    this.#add(line.subarray(from, line.length - (whole ? 2 : 1)))
    return false
  }

  get tooLarge(): boolean {
    return this.#octets > this.#atMost
  }

  bytes(): Buffer {
    return Buffer.concat(this.#lines)
  }

  #add(content: Buffer): void {
    this.#octets += content.length + 2
    if (this.tooLarge) this.#lines.length = 0
    else this.#lines.push(Buffer.from(content), crlf)
  }
}

const dot = 0x2e
const crlf = Buffer.from('\r\n')
