import type { Folder } from '../folder.ts'
import type { Mailbox } from '../store.ts'
import { quote } from './parse.ts'

/** INBOX in any case (RFC 3501 5.1), the others as they are written. */
export function folderNamed(mailbox: Mailbox, name: string | undefined): Folder | undefined {
  if (name?.toUpperCase() === 'INBOX') return mailbox.inbox
  return mailbox.folders.find(folder => folder.name === name)
}

/** The answer to LIST or LSUB: RFC 3501 6.3.8, with the special uses of RFC 6154. */
export function listed(command: string, mailbox: Mailbox, reference: string, pattern: string) {
  if (pattern === '') return `* ${command} (\\Noselect) "/" ""\r\n`
  const wanted = matcher(`${reference}${pattern}`)
  const rows = mailbox.folders.filter(({ name }) => wanted.test(name))
  return rows
    .map(({ name, use }) => {
      const attributes = ['\\HasNoChildren', ...(use ? [use] : [])].join(' ')
      return `* ${command} (${attributes}) "/" ${quote(name)}\r\n`
    })
    .join('')
}

const statusItems: ReadonlyMap<string, (folder: Folder) => number> = new Map([
  ['MESSAGES', (folder: Folder) => folder.messages.length],
  ['RECENT', () => 0],
  ['UIDNEXT', (folder: Folder) => folder.uidNext],
  ['UIDVALIDITY', (folder: Folder) => folder.uidValidity],
  ['UNSEEN', (folder: Folder) => folder.messages.filter(unseen).length],
])

/** The answer to STATUS; `undefined`: it asks for something else. */
export function status(folder: Folder, names: readonly string[]): string | undefined {
  const values = names.map(name => {
    const value = statusItems.get(name.toUpperCase())
    return value && `${name.toUpperCase()} ${value(folder)}`
  })
  if (values.length === 0 || values.includes(undefined)) return undefined
  return `* STATUS ${quote(folder.name)} (${values.join(' ')})\r\n`
}

const flags = '\\Answered \\Flagged \\Deleted \\Seen \\Draft'

/** What SELECT and EXAMINE tell of a folder. */
export function opened(folder: Folder, readOnly: boolean): string {
  const unread = folder.messages.findIndex(unseen)
  return [
    `* FLAGS (${flags})`,
    `* OK [PERMANENTFLAGS (${readOnly ? '' : `${flags} \\*`})] Flags permitted.`,
    `* ${folder.messages.length} EXISTS`,
    '* 0 RECENT',
    ...(unread < 0 ? [] : [`* OK [UNSEEN ${unread + 1}] First unseen.`]),
    `* OK [UIDVALIDITY ${folder.uidValidity}] UIDs valid`,
    `* OK [UIDNEXT ${folder.uidNext}] Predicted next UID`,
    '',
  ].join('\r\n')
}

function unseen({ flags: set }: Folder['messages'][number]): boolean {
  return !set.has('\\Seen')
}

/** `*` and `%` stand for anything; runs of them are one, so that the pattern cannot backtrack far. */
function matcher(pattern: string): RegExp {
  const short = pattern.slice(0, 64).replaceAll(/[*%]+/g, '*')
  const escaped = short.split('*').map(piece => RegExp.escape(piece))
  return new RegExp(`^${escaped.join('.*')}$`, short.toUpperCase() === 'INBOX' ? 'i' : '')
}
