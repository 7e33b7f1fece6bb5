import { field, fields, parts } from '../message.ts'
import { string } from './envelope.ts'
import { quote } from './parse.ts'

/**
 * The body structure of RFC 3501 7.4.2 as one part, whatever lies inside: FETCH serves the sections
 * of the whole message only, so a client that wants a part of it fetches the message.
 */
export function structure(message: Buffer): string {
  const { header, body } = parts(message)
  const all = fields(header)
  const [media = '', ...rest] = (field(all, 'content-type') ?? 'text/plain').split(';')
  const [type = '', subtype = ''] = media.trim().toUpperCase().split('/')
  const text = type === 'TEXT' || type === 'MULTIPART' || subtype === ''
  const parameters = rest.flatMap(one => {
    const [name = '', value = ''] = one.split('=')
    return value === '' ? [] : [string(name.trim().toUpperCase()), string(unquoted(value))]
  })
  const words = [
    quote(text ? 'TEXT' : type),
    quote(text && type !== 'TEXT' ? 'PLAIN' : subtype),
    type === 'MULTIPART' || parameters.length === 0 ? 'NIL' : `(${parameters.join(' ')})`,
    string(field(all, 'content-id')),
    string(field(all, 'content-description')),
    quote((field(all, 'content-transfer-encoding') ?? '7BIT').toUpperCase()),
    String(body.length),
    ...(text ? [String(body.toString('latin1').split('\n').length - 1)] : []),
  ]
  return `(${words.join(' ')})`
}

function unquoted(value: string): string {
  return value.trim().replaceAll(/^"|"$/g, '')
}
