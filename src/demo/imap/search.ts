import { field, fields, parts } from '../message.ts'
import { type Argument, textOf } from './parse.ts'
import type { Numbered } from './selected.ts'
import { parseSequence } from './sequence.ts'

/** Whether one message is wanted; `last` is what `*` stands for in sets. */
export type Test = (one: Numbered, last: Numbered | undefined) => boolean

type Read = { readonly test: Test; readonly rest: readonly Argument[] } | undefined

const maxDepth = 8
const day = 86_400_000

/** RFC 3501 6.4.4, all of it but KEYWORD's system of keywords; `undefined`: not understood. */
export function parseSearch(args: readonly Argument[]): Test | undefined {
  const charset = textOf(args[0])?.toUpperCase() === 'CHARSET'
  return every(charset ? args.slice(2) : args, 0)
}

function every(args: readonly Argument[], depth: number): Test | undefined {
  const tests: Test[] = []
  let rest = args
  while (rest.length > 0) {
    const read = key(rest, depth)
    if (!read) return undefined
    tests.push(read.test)
    rest = read.rest
  }
  return tests.length === 0 ? undefined : (one, last) => tests.every(test => test(one, last))
}

const flags: ReadonlyMap<string, Test> = new Map(
  ['Seen', 'Deleted', 'Flagged', 'Answered', 'Draft'].flatMap(name => {
    const has: Test = ({ message }) => message.flags.has(`\\${name}`)
    const not: Test = (one, last) => !has(one, last)
    return [[name.toUpperCase(), has] as const, [`UN${name.toUpperCase()}`, not] as const]
  }),
)

const constants: ReadonlyMap<string, Test> = new Map([
  ...flags,
  ['ALL', () => true],
  ['OLD', () => true],
  ['NEW', () => false],
  ['RECENT', () => false],
])

/** Keys with one argument. */
const unary: ReadonlyMap<string, (value: string) => Test | undefined> = new Map([
  ...['FROM', 'TO', 'CC', 'BCC', 'SUBJECT'].map(
    name => [name, (value: string) => inField(name.toLowerCase(), value)] as const,
  ),
  ['BODY', (value: string) => contains(one => parts(one.message.bytes).body, value)],
  ['TEXT', (value: string) => contains(one => one.message.bytes, value)],
  [
    'LARGER',
    (value: string): Test =>
      one =>
        one.message.bytes.length > Number(value),
  ],
  [
    'SMALLER',
    (value: string): Test =>
      one =>
        one.message.bytes.length < Number(value),
  ],
  [
    'KEYWORD',
    (value: string): Test =>
      one =>
        one.message.flags.has(value),
  ],
  [
    'UNKEYWORD',
    (value: string): Test =>
      one =>
        !one.message.flags.has(value),
  ],
  ['SINCE', (value: string) => dated(value, received, (at, given) => at >= given)],
  ['BEFORE', (value: string) => dated(value, received, (at, given) => at < given)],
  ['ON', (value: string) => dated(value, received, (at, given) => at === given)],
  ['SENTSINCE', (value: string) => dated(value, sent, (at, given) => at >= given)],
  ['SENTBEFORE', (value: string) => dated(value, sent, (at, given) => at < given)],
  ['SENTON', (value: string) => dated(value, sent, (at, given) => at === given)],
  ['UID', (value: string) => inSet(value, one => one.message.uid)],
])

function key(args: readonly Argument[], depth: number): Read {
  const [first] = args
  const rest = args.slice(1)
  if (depth > maxDepth || !first) return undefined
  if (first.kind === 'list') return as(every(first.items, depth + 1), rest)
  const word = textOf(first)?.toUpperCase() ?? ''
  const constant = constants.get(word)
  if (constant) return as(constant, rest)
  const combined = combining.get(word)
  if (combined) return combined(rest, depth + 1)
  const make = unary.get(word)
  const value = textOf(rest[0])
  if (make) return as(value === undefined ? undefined : make(value), rest.slice(1))
  return as(
    inSet(word, one => one.number),
    rest,
  )
}

/** Keys that are made of other keys, or of two arguments. */
const combining: ReadonlyMap<string, (rest: readonly Argument[], depth: number) => Read> = new Map([
  ['NOT', not],
  ['OR', or],
  ['HEADER', header],
])

function not(args: readonly Argument[], depth: number): Read {
  const read = key(args, depth)
  return read && as((one, last) => !read.test(one, last), read.rest)
}

function or(args: readonly Argument[], depth: number): Read {
  const left = key(args, depth)
  const right = left && key(left.rest, depth)
  return right && as((one, last) => left.test(one, last) || right.test(one, last), right.rest)
}

function header([name, value, ...rest]: readonly Argument[]): Read {
  const [named, wanted] = [textOf(name), textOf(value)]
  if (named === undefined || wanted === undefined) return undefined
  return as(inField(named.toLowerCase(), wanted), rest)
}

function as(test: Test | undefined, rest: readonly Argument[]): Read {
  return test && { test, rest }
}

function inSet(text: string, of: (one: Numbered) => number): Test | undefined {
  const set = parseSequence(text)
  return set && ((one, last) => set(of(one), last ? of(last) : 0))
}

function inField(name: string, value: string): Test {
  const wanted = value.toLowerCase()
  return ({ message }) => {
    const found = field(fields(parts(message.bytes).header), name)
    return found?.toLowerCase().includes(wanted) ?? false
  }
}

function contains(of: (one: Numbered) => Buffer, value: string): Test {
  const wanted = value.toLowerCase()
  return one => of(one).toString('latin1').toLowerCase().includes(wanted)
}

function received({ message }: Numbered): number {
  return message.received.getTime()
}

function sent({ message }: Numbered): number {
  return Date.parse(field(fields(parts(message.bytes).header), 'date') ?? '')
}

/** Dates are days, without time and zone. */
function dated(
  text: string,
  of: (one: Numbered) => number,
  compare: (at: number, given: number) => boolean,
): Test | undefined {
  const given = Date.parse(`${text.replaceAll('-', ' ')} 00:00:00 +0000`)
  if (Number.isNaN(given)) return undefined
  return one => compare(Math.floor(of(one) / day), Math.floor(given / day))
}
