import { type Field, field } from '../message.ts'
import { quote } from './parse.ts'

/** RFC 3501 7.4.2: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to, message-id. */
export function envelope(fields: readonly Field[]): string {
  const from = field(fields, 'from')
  const addressed = [
    from,
    field(fields, 'sender') ?? from,
    field(fields, 'reply-to') ?? from,
    field(fields, 'to'),
    field(fields, 'cc'),
    field(fields, 'bcc'),
  ]
  const words = [
    string(field(fields, 'date')),
    string(field(fields, 'subject')),
    ...addressed.map(addresses),
    string(field(fields, 'in-reply-to')),
    string(field(fields, 'message-id')),
  ]
  return `(${words.join(' ')})`
}

/** `NIL`, or a quoted string. */
export function string(text: string | undefined): string {
  return text === undefined || text === '' ? 'NIL' : quote(text)
}

const maxAddresses = 1_000

/** Names, brackets and comments as most mail has them; groups are read as their members. */
function addresses(text: string | undefined): string {
  const found = separated(text ?? '').flatMap(one => {
    const [, name = '', bracketed] = /^([^<]*)<([^<>]*)>/.exec(one) ?? []
    const bare = (bracketed ?? one.replaceAll(/\([^()]*\)/g, '')).trim()
    const at = bare.lastIndexOf('@')
    if (bare === '') return []
    const local = at < 0 ? bare : bare.slice(0, at)
    const domain = at < 0 ? '' : bare.slice(at + 1)
    const spoken = name.trim().replaceAll(/^"|"$/g, '').replaceAll(/\\(.)/g, '$1')
    return [`(${string(spoken)} NIL ${string(local)} ${string(domain)})`]
  })
  return found.length === 0 ? 'NIL' : `(${found.join('')})`
}

/** The pieces between commas that stand in no quotes; looks at each character once. */
function separated(text: string): readonly string[] {
  const pieces: string[] = []
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length && pieces.length < maxAddresses; at += 1) {
    if (quoted && text[at] === '\\') at += 1
    else if (text[at] === '"') quoted = !quoted
    else if (text[at] === ',' && !quoted) {
      pieces.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return [...pieces, text.slice(from).trim()]
}
