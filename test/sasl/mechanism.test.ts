import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decode } from '../../src/sasl/base64.ts'
import { plainLength, plainResponse } from '../../src/sasl/client.ts'
import type { Turn } from '../../src/sasl/exchange.ts'
import { names, start } from '../../src/sasl/mechanism.ts'
import { mechanisms } from '../../src/words/mechanism.ts'

const salt = '<1.2@mail.example.com>'
const digest = 'c4c9334bac560ecc979e58001b3e22fb'

/** What an exchange comes to, given all responses in turn; `undefined` for no initial one. */
function outcome(name: string, responses: readonly (string | undefined)[]): string {
  const texts: string[] = []
  let exchange = start(name, mechanisms, salt)
  for (const response of responses) {
    const turn: Turn | undefined = exchange?.next(
      response === undefined ? undefined : Buffer.from(response, 'latin1'),
    )
    texts.push(described(turn))
    exchange = turn?.kind === 'challenge' ? turn.next : undefined
  }
  return texts.join(', ')
}

function described(turn: Turn | undefined): string {
  switch (turn?.kind) {
    case 'challenge':
      return `challenge "${turn.text}"`
    case 'credentials': {
      const { login, mechanism, password } = turn.credentials
      return `${mechanism} ${JSON.stringify(login.toString('latin1'))} ${JSON.stringify(password.toString('latin1'))}`
    }
    default:
      return 'invalid'
  }
}

const rows: readonly (readonly [string, string, readonly (string | undefined)[], string])[] = [
  ['drops the authorization identity', 'PLAIN', ['bob\0alice\0secret'], 'plain "alice" "secret"'],
  ['takes an empty password', 'PLAIN', ['\0alice\0'], 'plain "alice" ""'],
  [
    'keeps a NUL in the password, to be refused later',
    'PLAIN',
    ['\0a\0b\0c'],
    'plain "a" "b\\u0000c"',
  ],
  ['wants two NULs', 'PLAIN', ['alice\0secret'], 'invalid'],
  ['takes no empty response for PLAIN', 'PLAIN', [''], 'invalid'],
  ['asks an empty challenge', 'PLAIN', [undefined, '\0a\0b'], 'challenge "", plain "a" "b"'],
  [
    'asks for name and password',
    'LOGIN',
    [undefined, 'alice', 'secret'],
    'challenge "Username:", challenge "Password:", login "alice" "secret"',
  ],
  [
    'takes an empty initial response for an empty name',
    'LOGIN',
    ['', 'secret'],
    'challenge "Password:", login "" "secret"',
  ],
  [
    'gives the salt and takes a digest',
    'CRAM-MD5',
    [undefined, `alice ${digest}`],
    `challenge "${salt}", cram-md5 "alice" "${digest}"`,
  ],
  ['takes no initial response for CRAM-MD5', 'CRAM-MD5', [`alice ${digest}`], 'invalid'],
  ['takes an empty name for EXTERNAL', 'EXTERNAL', [''], 'external "" ""'],
]

describe('a SASL exchange', () => {
  for (const [title, name, responses, wanted] of rows) {
    test(title, () => assert.equal(outcome(name, responses), wanted))
  }

  test('is not to be had for a mechanism that is not enabled, but for PLAIN and LOGIN', () => {
    const taken = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'EXTERNAL', 'NONE', 'constructor'].filter(name =>
      start(name, ['none'], salt),
    )
    assert.deepEqual(taken, ['PLAIN', 'LOGIN'])
  })

  test('lists the enabled mechanisms in the order of the table', () => {
    assert.deepEqual(names(['external', 'none', 'apop', 'login']), ['LOGIN', 'EXTERNAL'])
  })
})

test('the client side of PLAIN is as long as it says', () => {
  const [login, password] = [Buffer.from('alice'), Buffer.from('secret')]
  const text = plainResponse(login, password)
  assert.equal(text.length, plainLength(login, password))
  assert.equal(decode(text)?.toString('latin1'), '\0alice\0secret')
})
