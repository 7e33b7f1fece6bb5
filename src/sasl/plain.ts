import { ask, type Exchange, invalid, type Turn } from './exchange.ts'

/** RFC 4616. The authorization identity is read and dropped, as nginx does. */
export const plain: Exchange = ask('', credentials)

function credentials(response: Buffer): Turn {
  const first = response.indexOf(0)
  const second = first < 0 ? -1 : response.indexOf(0, first + 1)
  if (second < 0) return invalid
  return {
    kind: 'credentials',
    credentials: {
      mechanism: 'plain',
      login: Buffer.from(response.subarray(first + 1, second)),
      password: Buffer.from(response.subarray(second + 1)),
      salt: '',
    },
  }
}
