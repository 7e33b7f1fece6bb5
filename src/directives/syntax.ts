/** Where something stands in a text; `line` and `column` count from 1, columns in characters. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One argument; `quoted` words are never taken for anything but text. */
export interface Word {
  readonly text: string
  readonly quoted: boolean
  readonly position: Position
}

/** `name arguments;`, or with `block`, `name arguments { … }`. */
export interface Directive {
  readonly name: Word
  readonly args: readonly Word[]
  readonly block?: readonly Directive[]
  readonly position: Position
}

/** The contexts in which directives stand. */
export const contexts = ['main', 'mail', 'server', 'upstream'] as const
export type Context = (typeof contexts)[number]
