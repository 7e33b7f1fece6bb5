import { Cursor } from './cursor.ts'
import { type Fault, note, quote } from './error.ts'
import type { Position } from './syntax.ts'

/**
 * Text → tokens, by nginx's rules: words are separated by white space, `;` and `{` end a word, `}`
 * and `#` count only where a word could begin, and so do quotes. A backslash takes the meaning from
 * the next character; `\"`, `\'`, `\\`, `\t`, `\r` and `\n` are written for one character, before
 * any other the backslash stays. Whatever stands between quotes is text, control characters too.
 */
export type Token =
  | {
      readonly kind: 'word'
      readonly text: string
      readonly quoted: boolean
      readonly position: Position
    }
  /** `{`, `}`, `;`, and the end of the text. */
  | { readonly kind: Mark | 'eof'; readonly position: Position }

type Mark = 'open' | 'close' | 'end'

/** Characters of one text; the objects of a large cluster make some hundred thousand. */
export const maxText = 8 * 1024 * 1024

/** Characters of one word. */
export const maxWord = 16_384

const spaces = new Set([' ', '\t', '\r', '\n'])
const marks: ReadonlyMap<string, Mark> = new Map([
  ['{', 'open'],
  ['}', 'close'],
  [';', 'end'],
])
const escapes = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['t', '\t'],
  ['r', '\r'],
  ['n', '\n'],
])

/** Total: any text gives tokens, the last of which is `eof`, and faults for what is no token. */
export function* lex(text: string, file: string, faults: Fault[]): Generator<Token> {
  const cursor = new Cursor(text, file)
  if (text.length > maxText) {
    note(faults, { position: cursor.position, message: `is longer than ${maxText} characters` })
  } else {
    cursor.skip('\uFEFF')
    while (cursor.character !== '') {
      const token = next(cursor, faults)
      if (token) yield token
    }
  }
  yield { kind: 'eof', position: cursor.position }
}

/** The token at the cursor; `undefined` for white space, a comment, or the end. */
function next(cursor: Cursor, faults: Fault[]): Token | undefined {
  const { character } = cursor
  if (spaces.has(character)) return cursor.advance()
  const { position } = cursor
  if (character === '#') return comment(cursor)
  const kind = marks.get(character)
  if (kind) {
    cursor.advance()
    return { kind, position }
  }
  const quoted = character === '"' || character === "'"
  const text = quoted ? quotedText(cursor, faults) : bareText(cursor)
  if (text.length > maxWord) {
    note(faults, { position, message: `a word is longer than ${maxWord} characters` })
  }
  return { kind: 'word', text, quoted, position }
}

function comment(cursor: Cursor): undefined {
  while (cursor.character !== '' && cursor.character !== '\n') cursor.advance()
}

function quotedText(cursor: Cursor, faults: Fault[]): string {
  const { character: mark, position } = cursor
  cursor.advance()
  let text = ''
  while (cursor.character !== mark) {
    if (cursor.character === '') {
      note(faults, { position, message: `the quote that opens here is not closed` })
      return text
    }
    text += one(cursor)
  }
  cursor.advance()
  afterQuote(cursor, faults)
  return text
}

/** What follows a closing quote without a space was hardly meant as the next word. */
function afterQuote(cursor: Cursor, faults: Fault[]): void {
  const { character, position } = cursor
  if (character === '' || character === ';' || character === '{' || spaces.has(character)) return
  note(faults, {
    position,
    message: `unexpected ${quote(character)} after a closing quote, expecting a space, ";" or "{"`,
  })
}

function bareText(cursor: Cursor): string {
  let text = cursor.run()
  let last = ''
  for (;;) {
    const { character } = cursor
    if (character === '' || character === ';' || spaces.has(character)) return text
    // `${name}` is one word in nginx's grammar.
    if (character === '{' && last !== '$') return text
    last = one(cursor)
    text += last
  }
}

/** One character of a word, its escape resolved. */
function one(cursor: Cursor): string {
  const { character } = cursor
  cursor.advance()
  if (character !== '\\' || cursor.character === '') return character
  const marked = cursor.character
  cursor.advance()
  return escapes.get(marked) ?? `\\${marked}`
}
