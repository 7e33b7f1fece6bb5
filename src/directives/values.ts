import type { Json, Schema } from './schema.ts'

/** A kind of word: how it is read and written stand side by side, so that they cannot drift. */
export interface Value<T> {
  /** Finishes the sentence "must be …". */
  readonly expects: string
  readonly schema: Schema
  parse(text: string): T | undefined
  print(value: T): string
  /** From the field of an object. */
  fromJson(json: unknown): T | undefined
  toJson(value: T): Json
}

/** Longest number, time or size that is looked at. */
const maxDigits = 32

const switches = new Map([
  ['on', true],
  ['off', false],
])

/** In any case, as nginx takes flags. */
export const flag: Value<boolean> = {
  expects: 'on or off',
  schema: { type: 'boolean' },
  parse: text => switches.get(text.toLowerCase()),
  print: value => (value ? 'on' : 'off'),
  fromJson: json => (typeof json === 'boolean' ? json : undefined),
  toJson: value => value,
}

export function integer(minimum: number, maximum: number): Value<number> {
  const within = (value: number) => (value >= minimum && value <= maximum ? value : undefined)
  return {
    expects: `a whole number from ${minimum} to ${maximum}`,
    schema: { type: 'integer', minimum, maximum },
    parse: text => (/^\d{1,15}$/.test(text) ? within(Number(text)) : undefined),
    print: String,
    fromJson: json => (Number.isInteger(json) ? within(Number(json)) : undefined),
    toJson: value => value,
  }
}

/** One of the words, in any case, as nginx takes them; in objects, the same word in PascalCase. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Value<Word> {
  const known = new Map(words.map(word => [word.toLowerCase(), word]))
  const pascal = new Map<unknown, Word>(words.map(word => [pascalCase(word), word]))
  return {
    expects: listed(words),
    schema: { type: 'enum', words: words.map(pascalCase) },
    parse: text => known.get(text.toLowerCase()),
    print: word => word,
    fromJson: json => pascal.get(json),
    toJson: pascalCase,
  }
}

/** Text of a shape of its own; `pattern` is anchored, and must also be RE2. */
export function text(shape: {
  readonly expects: string
  readonly pattern: string
  readonly maxLength: number
}): Value<string> {
  const pattern = new RegExp(shape.pattern, 'u')
  const fits = (value: string) =>
    value.length <= shape.maxLength && pattern.test(value) ? value : undefined
  return {
    expects: shape.expects,
    schema: { type: 'string', pattern: shape.pattern, maxLength: shape.maxLength },
    parse: fits,
    print: value => value,
    fromJson: json => (typeof json === 'string' ? fits(json) : undefined),
    toJson: value => value,
  }
}

/** From largest to smallest, the order in which nginx wants them. */
const units = [
  ['y', 365 * 86_400_000],
  ['M', 30 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const

/** What a time may be at most, in milliseconds: a year. */
const year = 365 * 86_400_000

/** Milliseconds; in the text nginx's `1h30m`, `1h 30m`, `500ms`, `90` (seconds). */
export function duration(minimum = 1, maximum = year): Value<number> {
  const within = (value: number | undefined) =>
    value !== undefined && value >= minimum && value <= maximum ? value : undefined
  const parse = (text: string) => within(milliseconds(text))
  const print = (value: number) => largest(value, [units[4], units[6], units[7]])
  return {
    expects: `a time from ${print(minimum)} to ${maximum === year ? '1y' : print(maximum)}, such as 30s or 1h30m`,
    schema: {
      type: 'integer-or-string',
      pattern: '^([0-9]{1,10}(ms|[yMwdhms]))*[0-9]{1,10}(ms|[yMwdhms])?$',
      maxLength: maxDigits,
      minimum: Math.ceil(minimum / 1_000),
      maximum: Math.floor(maximum / 1_000),
    },
    parse,
    print,
    fromJson: json => fromNumberOrText(json, value => within(value * 1_000), parse),
    toJson: print,
  }
}

const scales = [
  ['m', 1024 * 1024],
  ['k', 1024],
  ['', 1],
] as const

/** Octets; in the text nginx's `8k`, `1m`, `4096`. */
export function size(minimum: number, maximum: number): Value<number> {
  const within = (value: number) => (value >= minimum && value <= maximum ? value : undefined)
  const parse = (text: string) => {
    const [, digits, unit = ''] = /^(\d{1,15})([kKmM]?)$/.exec(text) ?? []
    const scale = scales.find(([name]) => name === unit.toLowerCase())?.[1] ?? 1
    return digits === undefined ? undefined : within(Number(digits) * scale)
  }
  const print = (value: number) => largest(value, scales)
  return {
    expects: `a size from ${print(minimum)} to ${print(maximum)}, such as 8k`,
    schema: {
      type: 'integer-or-string',
      pattern: '^[0-9]{1,15}[kKmM]?$',
      maxLength: maxDigits,
      minimum,
      maximum,
    },
    parse,
    print,
    fromJson: json => fromNumberOrText(json, within, parse),
    toJson: print,
  }
}

function fromNumberOrText<T>(
  json: unknown,
  fromNumber: (value: number) => T | undefined,
  fromText: (text: string) => T | undefined,
): T | undefined {
  if (typeof json === 'string') return fromText(json)
  return Number.isInteger(json) ? fromNumber(Number(json)) : undefined
}

function milliseconds(text: string): number | undefined {
  if (text === '' || text.length > maxDigits) return undefined
  const part = /(\d+)(ms|[yMwdhms])? */y
  let total = 0
  let last = -1
  while (part.lastIndex < text.length) {
    const [, digits, unit = 's'] = part.exec(text) ?? []
    const step = units.findIndex(([name]) => name === unit)
    const factor = units[step]?.[1]
    if (digits === undefined || factor === undefined || step <= last) return undefined
    last = step
    total += Number(digits) * factor
  }
  return Number.isSafeInteger(total) ? total : undefined
}

/** In the largest of the units that divides `value`. */
function largest(value: number, from: readonly (readonly [string, number])[]): string {
  const [unit, factor] = from.find(([, factor]) => value % factor === 0) ?? ['', 1]
  return value === 0 ? '0' : `${value / factor}${unit}`
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

function pascalCase(word: string): string {
  return word.replace(/(?:^|[_-])([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
