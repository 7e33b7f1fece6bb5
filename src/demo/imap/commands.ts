import type { Chunk } from '../dialogue.ts'
import { withCrlf } from '../message.ts'
import type { Mailbox } from '../store.ts'
import { parseItems } from './fetch.ts'
import { folderNamed, listed, opened, status } from './folders.ts'
import { type Argument, textOf } from './parse.ts'
import { bad, no, ok, type Result } from './result.ts'
import { parseSearch } from './search.ts'
import { Selected } from './selected.ts'

/** What a command of a session that is logged in has to work with. */
interface Call {
  readonly mailbox: Mailbox
  readonly selected: Selected | undefined
  readonly name: string
  readonly args: readonly Argument[]
  readonly now: Date
}

type Command = (call: Call) => Result

const noSuchFolder = no("[NONEXISTENT] Mailbox doesn't exist.")
const invalid = bad('Invalid arguments.')

/** The commands after login, by name. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ['NOOP', () => ok('NOOP completed.')],
  ['CHECK', () => ok('Check completed.')],
  ['LIST', list],
  ['LSUB', list],
  ['SUBSCRIBE', subscribe],
  ['UNSUBSCRIBE', subscribe],
  ['STATUS', statusOf],
  ['SELECT', select],
  ['EXAMINE', select],
  ['APPEND', append],
  ['CLOSE', close],
  ['EXPUNGE', onSelected(expunge)],
  ['FETCH', onSelected(fetch)],
  ['UID FETCH', onSelected(fetch)],
  ['SEARCH', onSelected(search)],
  ['UID SEARCH', onSelected(search)],
  ['STORE', onSelected(store)],
  ['UID STORE', onSelected(store)],
  ['COPY', onSelected(copy)],
  ['UID COPY', onSelected(copy)],
])

function onSelected(run: (call: Call, selected: Selected) => Result): Command {
  return call => (call.selected ? run(call, call.selected) : bad('No mailbox selected.'))
}

function list({ mailbox, name, args }: Call): Result {
  const [reference, pattern] = [textOf(args[0]), textOf(args[1])]
  if (reference === undefined || pattern === undefined) return invalid
  return ok(`${name} completed.`, listed(name, mailbox, reference, pattern))
}

function subscribe({ mailbox, name, args }: Call): Result {
  return folderNamed(mailbox, textOf(args[0])) ? ok(`${name} completed.`) : noSuchFolder
}

function statusOf({ mailbox, args: [name, items] }: Call): Result {
  const folder = folderNamed(mailbox, textOf(name))
  if (!folder) return noSuchFolder
  if (items?.kind !== 'list') return invalid
  const answer = status(
    folder,
    items.items.map(item => textOf(item) ?? ''),
  )
  return answer === undefined ? invalid : ok('Status completed.', answer)
}

function select({ mailbox, name, args }: Call): Result {
  const folder = folderNamed(mailbox, textOf(args[0]))
  if (!folder) return { ...noSuchFolder, select: null }
  const readOnly = name === 'EXAMINE'
  const text = readOnly ? '[READ-ONLY] Examine completed.' : '[READ-WRITE] Select completed.'
  return { ...ok(text, opened(folder, readOnly)), select: new Selected(folder, readOnly) }
}

function append({ mailbox, args, now }: Call): Result {
  const folder = folderNamed(mailbox, textOf(args[0]))
  if (!folder) return no("[TRYCREATE] Mailbox doesn't exist.")
  const flags = args[1]?.kind === 'list' ? args[1] : undefined
  const [first, second] = args.slice(flags ? 2 : 1)
  const message = second ?? first
  const dated = second && Date.parse((textOf(first) ?? '').trim().replace(/-(\w+)-/, ' $1 '))
  if (message?.kind !== 'string' || Number.isNaN(dated)) return invalid
  folder.append(
    withCrlf(message.bytes),
    dated === undefined ? now : new Date(dated),
    flagWords(flags),
  )
  return ok('Append completed.')
}

function close({ selected }: Call): Result {
  if (!selected) return bad('No mailbox selected.')
  if (!selected.readOnly) removeDeleted(selected)
  return { ...ok('Close completed.'), select: null }
}

function expunge(_call: Call, selected: Selected): Result {
  if (selected.readOnly) return no('Read-only mailbox.')
  removeDeleted(selected)
  return ok('Expunge completed.')
}

function removeDeleted(selected: Selected): void {
  const deleted = selected.all.filter(({ message }) => message.flags.has('\\Deleted'))
  selected.folder.remove(new Set(deleted.map(({ message }) => message)))
}

function fetch({ name, args }: Call, selected: Selected): Result {
  const byUid = name.startsWith('UID ')
  const picked = selected.pick(textOf(args[0]) ?? '', byUid ? 'uid' : 'number')
  const items = parseItems(args[1])
  if (!picked || !items || args.length !== 2) return invalid
  const uid = byUid ? (parseItems({ kind: 'atom', text: 'UID' }) ?? []) : []
  const marks = !selected.readOnly && items.some(item => item.marksSeen)
  const rows = picked.map(({ number, message }) => {
    const news = marks && !message.flags.has('\\Seen')
    if (news) message.flags.add('\\Seen')
    const values = [...uid, ...items].map(item => item.value(message))
    const flags = news ? [[`FLAGS (${[...message.flags].join(' ')})`]] : []
    return row(number, [...values, ...flags])
  })
  return ok('Fetch completed.', ...rows.flat())
}

function row(number: number, values: readonly (readonly Chunk[])[]): readonly Chunk[] {
  const spaced = values.flatMap((value, at) => (at === 0 ? value : [' ', ...value]))
  return [`* ${number} FETCH (`, ...spaced, ')\r\n']
}

function search({ name, args }: Call, selected: Selected): Result {
  const test = parseSearch(args)
  if (!test) return bad('Unknown search key.')
  const last = selected.all.at(-1)
  const found = selected.all.filter(one => test(one, last))
  const numbers = found.map(one => (name === 'SEARCH' ? one.number : one.message.uid))
  return ok('Search completed.', `* ${['SEARCH', ...numbers].join(' ')}\r\n`)
}

const storeSyntax = /^([+-]?)FLAGS(\.SILENT)?$/

function store({ name, args }: Call, selected: Selected): Result {
  const byUid = name.startsWith('UID ')
  const picked = selected.pick(textOf(args[0]) ?? '', byUid ? 'uid' : 'number')
  const [whole, sign, silent] = storeSyntax.exec(textOf(args[1])?.toUpperCase() ?? '') ?? []
  if (!picked || whole === undefined) return invalid
  if (selected.readOnly) return no('Read-only mailbox.')
  const words = args.slice(2).flatMap(flagWords)
  for (const { message } of picked) change(message.flags, sign ?? '', words)
  if (silent) return ok('Store completed.')
  const rows = picked.flatMap(({ number, message }) => {
    const uid = byUid ? [[`UID ${message.uid}`]] : []
    return row(number, [...uid, [`FLAGS (${[...message.flags].join(' ')})`]])
  })
  return ok('Store completed.', ...rows)
}

function change(flags: Set<string>, sign: string, words: readonly string[]): void {
  if (sign === '') flags.clear()
  for (const word of words) {
    if (sign === '-') flags.delete(word)
    else if (flags.size < maxFlags) flags.add(word)
  }
}

function copy({ mailbox, name, args }: Call, selected: Selected): Result {
  const picked = selected.pick(textOf(args[0]) ?? '', name === 'COPY' ? 'number' : 'uid')
  const folder = folderNamed(mailbox, textOf(args[1]))
  if (!picked) return invalid
  if (!folder) return no("[TRYCREATE] Mailbox doesn't exist.")
  for (const { message } of picked) folder.append(message.bytes, message.received, message.flags)
  return ok('Copy completed.')
}

const maxFlags = 32
const system = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft']

/** The flags of a list or a word: system flags in their usual spelling, `\Recent` never. */
function flagWords(argument: Argument | undefined): readonly string[] {
  const given = argument?.kind === 'list' ? argument.items.map(textOf) : [textOf(argument)]
  return given
    .flatMap(word => (word === undefined || word.length > 64 ? [] : [word]))
    .map(word => system.find(one => one.toLowerCase() === word.toLowerCase()) ?? word)
    .filter(word => /^\\?[^\s()"{%*\\\]]+$/.test(word) && word.toLowerCase() !== '\\recent')
    .slice(0, maxFlags)
}
