import { Buffer } from 'node:buffer'
import { ask, type Exchange, invalid, type Turn } from './exchange.ts'

/** RFC 4616. The authorization identity is read and dropped, as nginx does. */
export const plain: Exchange = ask('', credentials)

function credentials(response: Buffer): Turn {
  const first = nul(response, 0)
  const second = nul(response, first + 1)
  if (second >= response.length) return invalid
  const login = part(response, first + 1, second)
  const password = part(response, second + 1, response.length)
  return { kind: 'credentials', credentials: { mechanism: 'plain', login, password, salt: '' } }
}

/** Where the first NUL from `from` on stands; else the end. */
function nul(response: Buffer, from: number): number {
  let at = from
  while (at < response.length && response[at] !== 0) at++
  return at
}

/** A copy: few octets cost less in a loop than by a native call. */
function part(response: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from)
  for (let at = from; at < to; at++) copy[at - from] = response[at] ?? 0
  return copy
}
