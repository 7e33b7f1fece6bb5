/** RFC 3501 9, read loosely: what clients really send is a tag, a name and arguments. */
export type Argument =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'string'; readonly bytes: Buffer }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }

export type Parsed =
  | {
      readonly kind: 'command'
      readonly tag: string
      /** In upper case; `UID FETCH` and its kin are one name. */
      readonly name: string
      readonly args: readonly Argument[]
    }
  | { readonly kind: 'invalid'; readonly tag: string; readonly reason: string }

/** The `{n}` or `{n+}` that ends a line. */
export interface Literal {
  readonly octets: number
  readonly synchronizing: boolean
  /** The line without it. */
  readonly before: Buffer
}

const maxDepth = 8

export function literalAtEnd(line: Buffer): Literal | undefined {
  const tail = line.subarray(-16).toString('latin1')
  const [whole = '', digits = '', plus] = /\{(\d{1,10})(\+?)\}$/.exec(tail) ?? []
  if (whole === '') return undefined
  const before = line.subarray(0, line.length - whole.length)
  return { octets: Number(digits), synchronizing: plus === '', before }
}

/** `texts` and `literals` alternate, as they came: one text more than literals. */
export function parseCommand(texts: readonly Buffer[], literals: readonly Buffer[]): Parsed {
  const [, tag = '*', rest = ''] =
    /^([^\s(){%*"\\+]+) +(.*)$/s.exec(texts[0]?.toString('latin1') ?? '') ?? []
  const invalid = (reason: string): Parsed => ({ kind: 'invalid', tag, reason })
  if (tag === '*') return invalid('a command begins with a tag')
  const tokens = [rest, ...texts.slice(1).map(text => text.toString('latin1'))].map(
    (text, at) => [lex(text), literals[at]] as const,
  )
  const flat: Token[] = []
  for (const [lexed, literal] of tokens) {
    if (!lexed) return invalid('characters that no command has')
    flat.push(...lexed)
    if (literal) flat.push({ kind: 'string', bytes: literal })
  }
  const args = nest(flat)
  if (!args) return invalid('parentheses do not match')
  const words = args[0]?.kind === 'atom' && args[0].text.toUpperCase() === 'UID' ? 2 : 1
  const names = args.slice(0, words).map(one => (one.kind === 'atom' ? one.text.toUpperCase() : ''))
  return { kind: 'command', tag, name: names.join(' '), args: args.slice(words) }
}

type Word = Exclude<Argument, { readonly kind: 'list' }>
type Token = Word | { readonly kind: '(' } | { readonly kind: ')' }

/** A section in brackets (`BODY[HEADER.FIELDS (To)]`) is part of its atom. */
const token = / +|([()])|"((?:[^"\\]|\\.)*)"|((?:[^ ()"[\]{}\p{Cc}]|\[[^\]]*\])+)/gsuy

function lex(text: string): readonly Token[] | undefined {
  const found = [...text.matchAll(token)]
  const read = found.reduce((sum, [whole]) => sum + whole.length, 0)
  return read === text.length ? found.flatMap(tokens) : undefined
}

function tokens([, parenthesis, quoted, atom]: RegExpExecArray): readonly Token[] {
  if (parenthesis === '(' || parenthesis === ')') return [{ kind: parenthesis }]
  if (atom !== undefined) return [{ kind: 'atom', text: atom }]
  if (quoted === undefined) return []
  return [{ kind: 'string', bytes: Buffer.from(quoted.replaceAll(/\\(.)/gs, '$1'), 'latin1') }]
}

function nest(tokens: readonly Token[]): readonly Argument[] | undefined {
  const stack: Argument[][] = [[]]
  for (const one of tokens) {
    const top = stack.at(-1)
    if (!top || stack.length > maxDepth) return undefined
    if (one.kind === '(') stack.push([])
    else if (one.kind !== ')') top.push(one)
    else {
      stack.pop()
      stack.at(-1)?.push({ kind: 'list', items: top })
    }
  }
  return stack.length === 1 ? stack[0] : undefined
}

/** An atom or a string as latin1 text; `undefined`: a list, or nothing. */
export function textOf(argument: Argument | undefined): string | undefined {
  if (argument?.kind === 'atom') return argument.text
  return argument?.kind === 'string' ? argument.bytes.toString('latin1') : undefined
}

/** A string as clients mean it: UTF-8. */
export function utf8Of(argument: Argument | undefined): string | undefined {
  const text = textOf(argument)
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString('utf8')
}

/** A quoted string of RFC 3501, from latin1 text; what a quoted string cannot hold becomes `?`. */
export function quote(text: string): string {
  return `"${text.replaceAll(/[\r\n\0]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`
}
