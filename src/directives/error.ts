import type { Position } from './syntax.ts'

/** One thing that is wrong with a text: `message` says what, and what would be right. */
export interface Fault {
  readonly position: Position
  readonly message: string
  /** The line that it stands on, where it is known. */
  readonly source?: string
}

/** Faults of one text that are told; who mends these will see the others. */
export const maxFaults = 100

/** Adds `fault`, unless enough have been told. */
export function note(faults: Fault[], fault: Fault): void {
  if (faults.length < maxFaults) faults.push(fault)
}

/** A text that cannot be carried out, with all that is wrong with it. */
export class ConfigError extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(faults.map(pretty).join('\n'))
    this.name = 'ConfigError'
    this.faults = faults
  }
}

/** Characters of a source line that are shown. */
const shown = 100

/** Characters of a word that a message repeats. */
const quoted = 64

// The control characters, the two line separators of Unicode, the marks that turn the direction of
// text, and halves of surrogate pairs: none may reach a terminal or a log as it is.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** `file:line:column: message`, the line, and a caret below the place. */
export function pretty(fault: Fault): string {
  const { file, line, column } = fault.position
  const head = `${escaped(file)}:${line}:${column}: ${fault.message}`
  if (fault.source === undefined) return head
  const characters = [...fault.source]
  const from = Math.max(0, Math.min(column - shown / 2, characters.length - shown))
  const part = characters
    .slice(from, from + shown)
    .map(blank)
    .join('')
  return `${head}\n  ${part}\n  ${' '.repeat(Math.max(0, column - 1 - from))}^`
}

/** `text` in double quotes for a message: cut, and without anything that is not printable. */
export function quote(text: string): string {
  return text.length > quoted ? `"${escaped(text.slice(0, quoted))}…"` : `"${escaped(text)}"`
}

/** `text` with every unprintable character written as `\xNN` or `\u{NNNN}`. */
export function escaped(text: string): string {
  return text.replace(unprintable, character => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 4)}}`
  })
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0')
}

/** One column wide, so that the caret stays below its character. */
function blank(character: string): string {
  return character.replace(unprintable, character === '\t' ? ' ' : '?')
}
