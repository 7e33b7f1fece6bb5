import { escaped, type Fault, note, quote } from '../directives/error.ts'
import { parse } from '../directives/parse.ts'
import type { Directive, Position, Word } from '../directives/syntax.ts'
import type { Host, Source } from './host.ts'

/** Files that include one another. */
export const maxIncludeDepth = 16

/** Files of one configuration. */
export const maxFiles = 1_000

/** A line with a key, or with the PIN of one, is not shown. */
const secret = /PRIVATE KEY-|ssl_certificate_key\s+["']?(?:data|engine|store):/

/** The texts of one configuration: reads each, and remembers it to show a fault's line. */
export class Texts {
  readonly #host: Host
  readonly #said = new Set<string>()
  readonly #texts = new Map<string, string>()
  readonly #faults: Fault[]
  #count = 0

  constructor(host: Host, faults: Fault[]) {
    this.#host = host
    this.#faults = faults
  }

  parsed({ text, file }: Source): readonly Directive[] {
    this.#texts.set(file, text)
    const { directives, faults } = parse(text, file)
    for (const fault of faults) note(this.#faults, fault)
    return directives
  }

  /** What stands in the files that `mask` names; `path` is its absolute form. */
  included(mask: Word, path: string, depth: number): readonly Directive[] {
    if (depth > maxIncludeDepth) {
      return this.#once(mask, `files include one another deeper than ${maxIncludeDepth}`)
    }
    const paths = /[*?[]/.test(path) ? this.#host.glob(path) : [path]
    return paths.flatMap(one => this.#read(mask, one))
  }

  #read(mask: Word, path: string): readonly Directive[] {
    this.#count += 1
    if (this.#count > maxFiles) return this.#once(mask, `more than ${maxFiles} files are included`)
    const text = this.#host.read(path)
    if (typeof text === 'string') return this.parsed({ text, file: path })
    return this.#once(mask, `cannot read ${quote(path)}: ${escaped(text.error)}`)
  }

  /** Each sentence once, since a file that includes itself says it again and again. */
  #once({ position }: Word, message: string): readonly Directive[] {
    if (!this.#said.has(message)) note(this.#faults, { position, message })
    this.#said.add(message)
    return []
  }

  /** The faults with the lines that they stand on, in the order of their places. */
  located(faults: readonly Fault[]): readonly Fault[] {
    const lines = new Map<string, readonly string[]>()
    const linesOf = (file: string) => {
      const known = lines.get(file) ?? (this.#texts.get(file) ?? '').split('\n')
      lines.set(file, known)
      return known
    }
    const placed = faults.map(fault => {
      const source = linesOf(fault.position.file)[fault.position.line - 1]
      return source === undefined || secret.test(source)
        ? fault
        : { ...fault, source: source.replace(/\r$/, '') }
    })
    return this.sorted(placed)
  }

  /** In the order of their places; the files in that in which they were read. */
  sorted<T extends { readonly position: Position }>(all: readonly T[]): readonly T[] {
    const order = new Map([...this.#texts.keys()].map((file, at) => [file, at]))
    const rank = ({ position }: T) => order.get(position.file) ?? 0
    return all.toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        a.position.line - b.position.line ||
        a.position.column - b.position.column,
    )
  }
}
