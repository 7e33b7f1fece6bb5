import type { Directive, Word } from './syntax.ts'

/**
 * Tree → text. Every word that is not plainly a word is quoted, so that no text of an object can
 * become syntax: what `parse` reads of `print`'s text is the tree that was printed.
 */
export function print(directives: readonly Directive[]): string {
  return directives.map(directive => printed(directive, '')).join('')
}

const plain = /^[\w./:@*+=,[\]-]+$/

/** Whether `text` stands for itself only between quotes. */
export function needsQuotes(text: string): boolean {
  return !plain.test(text)
}

const escapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\r', '\\r'],
  ['\n', '\\n'],
])

function printed({ name, args, block }: Directive, indent: string): string {
  const words = [name, ...args].map(wordText).join(' ')
  if (!block) return `${indent}${words};\n`
  const inner = block.map(directive => printed(directive, `${indent}  `)).join('')
  return `${indent}${words} {\n${inner}${indent}}\n`
}

function wordText({ text, quoted }: Word): string {
  if (!quoted && !needsQuotes(text)) return text
  return `"${text.replace(/["\\\t\r\n]/g, character => escapes.get(character) ?? character)}"`
}
