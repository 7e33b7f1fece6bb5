import type { Bearer } from '../words/mechanism.ts'
import { encode } from './base64.ts'
import { ask, type Exchange, invalid, type Turn } from './exchange.ts'

/**
 * The two mechanisms of OAuth 2.0: Google's XOAUTH2, and OAUTHBEARER (RFC 7628). Both carry a user name
 * and a token in pairs between octets of value 1.
 */
const separator = '\x01'

export const xoauth2: Exchange = ask('', response => {
  const [first = '', ...pairs] = response.toString('latin1').split(separator)
  const user = /^user=(.*)$/s.exec(first)?.[1]
  return user === undefined ? invalid : credentials('xoauth2', user, pairs)
})

export const oauthbearer: Exchange = ask('', response => {
  const [header = '', ...pairs] = response.toString('latin1').split(separator)
  // RFC 7628 3.1: no channel binding; the authorization identity may be missing.
  const found = /^[ny],(?:a=([^,]*))?,$/.exec(header)
  const plain = found && decoded(found[1] ?? '')
  return typeof plain === 'string' ? credentials('oauthbearer', plain, pairs) : invalid
})

function credentials(mechanism: Bearer, user: string, pairs: readonly string[]): Turn {
  // Both messages end with an empty pair.
  if (pairs.length < 3 || pairs.at(-1) !== '' || pairs.at(-2) !== '') return invalid
  const [token] = pairs.flatMap(pair => /^auth=bearer (.+)$/is.exec(pair)?.[1] ?? [])
  if (token === undefined) return invalid
  return {
    kind: 'credentials',
    credentials: {
      mechanism,
      login: Buffer.from(user, 'latin1'),
      password: Buffer.from(token, 'latin1'),
      salt: '',
    },
  }
}

/** RFC 5801 section 4: a comma is `=2C`, an equals sign `=3D`, and neither stands for itself. */
function decoded(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined
  return name.replaceAll(/=2C|=3D/g, code => (code === '=2C' ? ',' : '='))
}

const names: Readonly<Record<Bearer, string>> = { xoauth2: 'XOAUTH2', oauthbearer: 'OAUTHBEARER' }

/** How a client says that it has read why its token was refused (RFC 7628 3.2.3). */
const acknowledgements: Readonly<Record<Bearer, string>> = { xoauth2: '', oauthbearer: 'AQ==' }

/** What a client says to log in with a token. */
export interface BearerClient {
  readonly name: string
  readonly acknowledgement: string
  /** The base64 of its one message. */
  response(login: Buffer, token: Buffer): Buffer
}

export function bearerClient(mechanism: Bearer): BearerClient {
  return {
    name: names[mechanism],
    acknowledgement: acknowledgements[mechanism],
    response: (login, token) => {
      const start = mechanism === 'xoauth2' ? ['user=', login] : ['n,', ...identity(login), ',']
      const end = [`${separator}auth=Bearer `, token, separator + separator]
      const message = Buffer.concat([...start, ...end].map(octets))
      const text = encode(message)
      message.fill(0)
      return text
    },
  }
}

function octets(part: string | Buffer): Buffer {
  return typeof part === 'string' ? Buffer.from(part, 'latin1') : part
}

function identity(login: Buffer): readonly string[] {
  if (login.length === 0) return []
  const name = login.toString('latin1').replaceAll('=', '=3D').replaceAll(',', '=2C')
  return ['a=', name]
}
