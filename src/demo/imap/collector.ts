import { maxMessage } from '../dialogue.ts'
import { literalAtEnd } from './parse.ts'

/** Octets of one command without an APPEND's message. */
const maxCommand = 65_536
const maxLiterals = 64

export type Collected =
  | {
      readonly kind: 'whole'
      readonly texts: readonly Buffer[]
      readonly literals: readonly Buffer[]
    }
  /** So many octets come next; a synchronizing literal waits to be asked for. */
  | { readonly kind: 'literal'; readonly octets: number; readonly ask: boolean }
  /** More than we hold; the octets of a literal that was not announced in advance are on their way. */
  | { readonly kind: 'too-large'; readonly tag: string; readonly underway: boolean }

/** Puts one command together from its lines and literals (RFC 3501 4.3, RFC 7888). */
export class Collector {
  #texts: Buffer[] = []
  #literals: Buffer[] = []
  #octets = 0

  line(input: Buffer, loggedIn: boolean): Collected {
    const literal = literalAtEnd(input)
    this.#texts.push(Buffer.from(literal?.before ?? input))
    this.#octets += input.length
    if (!literal) return this.#done()
    const append = loggedIn && /^\S+ +APPEND /i.test(this.#start())
    const room = append ? maxMessage : maxCommand - this.#octets
    if (literal.octets > room || this.#literals.length >= maxLiterals) {
      const [tag = '*'] = this.#start().split(' ', 1)
      this.clear()
      return { kind: 'too-large', tag, underway: !literal.synchronizing }
    }
    if (!append) this.#octets += literal.octets
    return { kind: 'literal', octets: literal.octets, ask: literal.synchronizing }
  }

  literal(input: Buffer): void {
    this.#literals.push(Buffer.from(input))
  }

  clear(): void {
    this.#texts = []
    this.#literals = []
    this.#octets = 0
  }

  #done(): Collected {
    const collected = { kind: 'whole', texts: this.#texts, literals: this.#literals } as const
    this.clear()
    return collected
  }

  #start(): string {
    return this.#texts[0]?.subarray(0, 64).toString('latin1') ?? ''
  }
}
