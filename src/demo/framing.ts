import type { Want } from './dialogue.ts'

const lf = 0x0a
const cr = 0x0d

export type Framed =
  | { readonly kind: 'input'; readonly input: Buffer }
  | { readonly kind: 'more' }
  | { readonly kind: 'too-long' }

/** Cuts a byte stream into what a dialogue wants, however the bytes arrive; looks at no octet twice. */
export class Framing {
  #held: Buffer[] = []
  #length = 0
  /** The offset of the first LF; -1: none is held. */
  #lineEnd = -1

  push(chunk: Buffer): void {
    const at = this.#lineEnd < 0 ? chunk.indexOf(lf) : -1
    if (at >= 0) this.#lineEnd = this.#length + at
    this.#held.push(chunk)
    this.#length += chunk.length
  }

  next(want: Want): Framed {
    if (want.kind === 'octets') {
      if (this.#length < want.count) return { kind: 'more' }
      return { kind: 'input', input: this.#take(want.count) }
    }
    const end = this.#lineEnd
    // One more than the line itself: the CR of its end.
    if ((end < 0 ? this.#length : end) > want.atMost + 1) return { kind: 'too-long' }
    if (end < 0) return { kind: 'more' }
    const line = this.#take(end + 1)
    return { kind: 'input', input: want.kind === 'raw-line' ? line : withoutEnd(line) }
  }

  #take(count: number): Buffer {
    const first = this.#held[0]
    const single = this.#held.length === 1 && first !== undefined
    const whole = single ? first : Buffer.concat(this.#held, this.#length)
    const rest = whole.subarray(count)
    this.#held = rest.length > 0 ? [rest] : []
    this.#length = rest.length
    this.#lineEnd = rest.indexOf(lf)
    return whole.subarray(0, count)
  }
}

function withoutEnd(line: Buffer): Buffer {
  const end = line.length - 1
  return line.subarray(0, line[end - 1] === cr ? end - 1 : end)
}
