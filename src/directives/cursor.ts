import type { Position } from './syntax.ts'

/** ASCII without line ends, so that each is one column. */
const plain = /[\w./:@*+=,[\]-]*/y

/** A place in a text that moves forward, one UTF-16 unit at a time, and knows its line and column. */
export class Cursor {
  readonly #text: string
  readonly #file: string
  #offset = 0
  #line = 1
  #column = 1

  constructor(text: string, file: string) {
    this.#text = text
    this.#file = file
  }

  /** The unit here; empty at the end. */
  get character(): string {
    return this.#text.charAt(this.#offset)
  }

  get position(): Position {
    return { file: this.#file, line: this.#line, column: this.#column }
  }

  advance(): undefined {
    if (this.#offset >= this.#text.length) return
    const unit = this.#text.charCodeAt(this.#offset)
    this.#offset += 1
    if (unit === 0x0a) {
      this.#line += 1
      this.#column = 1
    } else if (!isHighHalf(unit) || !isLowHalf(this.#text.charCodeAt(this.#offset))) {
      // Both halves of a surrogate pair are one column, counted at the second.
      this.#column += 1
    }
  }

  /** Passes over the characters here that stand for themselves in any word, and gives them. */
  run(): string {
    plain.lastIndex = this.#offset
    const [run = ''] = plain.exec(this.#text) ?? []
    this.#offset += run.length
    this.#column += run.length
    return run
  }

  /** Passes over `mark` without counting it. */
  skip(mark: string): void {
    if (this.#text.startsWith(mark, this.#offset)) this.#offset += mark.length
  }
}

function isHighHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
