import type { Chunk } from '../dialogue.ts'
import type { Message } from '../folder.ts'
import { fields, parts } from '../message.ts'
import { envelope } from './envelope.ts'
import { type Argument, textOf } from './parse.ts'
import { structure } from './structure.ts'

/** One thing that FETCH asks of a message. */
export interface Item {
  readonly value: (message: Message) => readonly Chunk[]
  /** Reading it sets `\Seen`. */
  readonly marksSeen: boolean
}

const macros: ReadonlyMap<string, readonly string[]> = new Map([
  ['ALL', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE']],
  ['FAST', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE']],
  ['FULL', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY']],
])

const plain: ReadonlyMap<string, (message: Message) => string> = new Map([
  ['FLAGS', (message: Message) => `(${[...message.flags].join(' ')})`],
  ['UID', (message: Message) => String(message.uid)],
  ['RFC822.SIZE', (message: Message) => String(message.bytes.length)],
  ['INTERNALDATE', (message: Message) => `"${internalDate(message.received)}"`],
  ['ENVELOPE', (message: Message) => envelope(fields(parts(message.bytes).header))],
  ['BODY', (message: Message) => structure(message.bytes)],
  ['BODYSTRUCTURE', (message: Message) => structure(message.bytes)],
])

/** RFC 3501 6.4.5: what these older words stand for. */
const older: ReadonlyMap<string, { section: string; peek: boolean }> = new Map([
  ['RFC822', { section: '', peek: false }],
  ['RFC822.HEADER', { section: 'HEADER', peek: true }],
  ['RFC822.TEXT', { section: 'TEXT', peek: false }],
])

/** The items that FETCH's second argument names; `undefined`: it names something else too. */
export function parseItems(argument: Argument | undefined): readonly Item[] | undefined {
  const words = argument?.kind === 'list' ? argument.items : argument ? [argument] : []
  const names = words.map(word => textOf(word) ?? '')
  const items = names.flatMap(name => macros.get(name.toUpperCase()) ?? [name]).map(item)
  const known = items.filter(one => one !== undefined)
  return known.length > 0 && known.length === items.length ? known : undefined
}

function internalDate(at: Date): string {
  const [, day = '', month = '', year = '', time = ''] = at.toUTCString().split(' ')
  return `${day}-${month}-${year} ${time} +0000`
}

const bodySyntax = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,9})\.(\d{1,9})>)?$/i

function item(word: string): Item | undefined {
  const name = word.toUpperCase()
  const text = plain.get(name)
  if (text) return { value: message => [`${name} ${text(message)}`], marksSeen: false }
  const old = older.get(name)
  if (old) {
    const value = (message: Message) => literal(name, section(message, old.section))
    return { value, marksSeen: !old.peek }
  }
  const [whole, peek, named = '', from, count] = bodySyntax.exec(word) ?? []
  if (whole === undefined || !sections.test(named)) return undefined
  const value = (message: Message) => {
    const octets = section(message, named)
    const label = `BODY[${named.toUpperCase()}]`
    if (from === undefined) return literal(label, octets)
    return literal(`${label}<${from}>`, octets.subarray(Number(from), Number(from) + Number(count)))
  }
  return { value, marksSeen: peek === undefined }
}

const sections = /^(?:|1|HEADER|TEXT|HEADER\.FIELDS(?:\.NOT)? \([^()]+\))$/i

function section(message: Message, named: string): Buffer {
  const { header, body } = parts(message.bytes)
  const [word = '', ...names] = named.toUpperCase().replaceAll(/[()"]/g, ' ').split(/ +/)
  if (word === '') return message.bytes
  if (word === '1' || word === 'TEXT') return body
  if (word === 'HEADER') return header
  const wanted = new Set(names.filter(name => name !== '').map(name => name.toLowerCase()))
  const without = word.endsWith('.NOT')
  const kept = fields(header).filter(({ name }) => wanted.has(name) !== without)
  return Buffer.from(`${kept.map(({ raw }) => raw).join('')}\r\n`, 'latin1')
}

function literal(label: string, octets: Buffer): readonly Chunk[] {
  return [`${label} {${octets.length}}\r\n`, octets]
}
