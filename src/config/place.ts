import { escaped } from '../directives/error.ts'
import type { Position } from '../directives/syntax.ts'

/** How a fault at `from` calls another place: its line, with the file where that is another. */
export function place(at: Position, from: Position): string {
  return at.file === from.file ? `in line ${at.line}` : `in ${escaped(at.file)}:${at.line}`
}
