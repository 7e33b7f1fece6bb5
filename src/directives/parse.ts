import { type Fault, note, quote } from './error.ts'
import { lex, type Token } from './lex.ts'
import type { Directive, Position, Word } from './syntax.ts'

/** Blocks within blocks; nginx's own texts stay below six. */
export const maxDepth = 16

export interface Parsed {
  readonly directives: readonly Directive[]
  readonly faults: readonly Fault[]
}

interface Open {
  /** The words before the `{`; none for a block without a name. */
  readonly words: readonly Word[]
  readonly position: Position
  readonly directives: Directive[]
}

/** Text → tree. Total: whatever is wrong is a fault, and what can be understood is in the tree. */
export function parse(text: string, file: string): Parsed {
  const faults: Fault[] = []
  const builder = new Builder(faults)
  for (const token of lex(text, file, faults)) builder.take(token)
  return { directives: builder.directives, faults: faults.toSorted(byPlace) }
}

/** Keeps the open blocks on a stack of its own, so that no nesting can exhaust ours. */
class Builder {
  readonly directives: Directive[] = []
  readonly #faults: Fault[]
  readonly #open: Open[] = []
  #words: Word[] = []

  constructor(faults: Fault[]) {
    this.#faults = faults
  }

  take(token: Token): void {
    const { kind, position } = token
    if (kind === 'word') this.#words.push({ text: token.text, quoted: token.quoted, position })
    else if (kind === 'open') this.#begin(position)
    else if (kind === 'end') this.#terminate(position)
    else if (kind === 'close') this.#close(position)
    else this.#finish(position)
  }

  #finish(end: Position): void {
    this.#cutShort(end, 'end of file')
    for (const { position } of this.#open.toReversed()) {
      this.#fault(position, 'unexpected end of file, this "{" is not closed by "}"')
      this.#leave()
    }
  }

  #terminate(position: Position): void {
    if (this.#words.length === 0) this.#fault(position, 'unexpected ";", nothing stands before it')
    this.#add(this.#words, undefined)
    this.#words = []
  }

  #begin(position: Position): void {
    if (this.#words.length === 0) {
      this.#fault(position, 'unexpected "{", the name of the block is missing')
    }
    if (this.#open.length === maxDepth) {
      this.#fault(position, `blocks are nested deeper than ${maxDepth}`)
    }
    this.#open.push({ words: this.#words, position, directives: [] })
    this.#words = []
  }

  #close(position: Position): void {
    this.#cutShort(position, '"}"')
    if (this.#open.length > 0) this.#leave()
    else this.#fault(position, 'unexpected "}", no block is open')
  }

  /** Words are waiting for a `;` that does not come: they are taken as if it had. */
  #cutShort(position: Position, what: string): void {
    const [name] = this.#words
    if (!name) return
    this.#fault(position, `unexpected ${what}, ${quote(name.text)} is not ended by ";"`)
    this.#add(this.#words, undefined)
    this.#words = []
  }

  #leave(): void {
    const block = this.#open.pop()
    if (!block) return
    // Beyond the depth that the readers of a tree allow for, blocks are counted and dropped.
    if (this.#open.length < maxDepth) this.#add(block.words, block.directives)
  }

  #add(words: readonly Word[], block: readonly Directive[] | undefined): void {
    const [name, ...args] = words
    if (!name) return
    const { position } = name
    const directive = block ? { name, args, block, position } : { name, args, position }
    const into = this.#open.at(-1)?.directives ?? this.directives
    into.push(directive)
  }

  #fault(position: Position, message: string): void {
    note(this.#faults, { position, message })
  }
}

function byPlace(a: Fault, b: Fault): number {
  return a.position.line - b.position.line || a.position.column - b.position.column
}
