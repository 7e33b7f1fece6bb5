import { needsQuotes } from './print.ts'
import type { Directive, Position, Word } from './syntax.ts'

/** The place of what no one wrote. */
const made: Position = { file: '', line: 1, column: 1 }

/** A word of a tree that is made, not read. */
export function word(text: string): Word {
  return { text, quoted: needsQuotes(text), position: made }
}

/** `name args;`, or with `block`, `name args { … }`. */
export function directive(
  name: string,
  args: readonly string[] = [],
  block?: readonly Directive[],
): Directive {
  const simple = { name: word(name), args: args.map(word), position: made }
  return block ? { ...simple, block } : simple
}
