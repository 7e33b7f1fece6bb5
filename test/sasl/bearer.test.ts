import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decode } from '../../src/sasl/base64.ts'
import { bearerClient, oauthbearer, xoauth2 } from '../../src/sasl/bearer.ts'
import { names, start } from '../../src/sasl/mechanism.ts'
import { bearers } from '../../src/words/mechanism.ts'

const exchanges = { xoauth2, oauthbearer } as const

function said(mechanism: 'xoauth2' | 'oauthbearer', text: string) {
  const turn = exchanges[mechanism].next(Buffer.from(text.replaceAll('^', '\x01'), 'latin1'))
  if (turn.kind !== 'credentials') return turn.kind
  const { login, password } = turn.credentials
  return `${login.toString('latin1')} ${password.toString('latin1')}`
}

const rows: readonly (readonly [
  mechanism: 'xoauth2' | 'oauthbearer',
  text: string,
  outcome: string,
])[] = [
  ['xoauth2', 'user=a@example.com^auth=Bearer t0ken==^^', 'a@example.com t0ken=='],
  ['xoauth2', 'user=a^auth=bearer t^^', 'a t'],
  ['xoauth2', 'user=^auth=Bearer t^^', ' t'],
  ['xoauth2', 'user=a^auth=Bearer t^', 'invalid'],
  ['xoauth2', 'user=a^auth=Basic t^^', 'invalid'],
  ['xoauth2', 'auth=Bearer t^^', 'invalid'],
  ['xoauth2', '', 'invalid'],
  ['oauthbearer', 'n,a=a@example.com,^host=x^port=143^auth=Bearer t0ken^^', 'a@example.com t0ken'],
  ['oauthbearer', 'y,,^auth=Bearer t^^', ' t'],
  ['oauthbearer', 'n,a=a=2Cb=3Dc,^auth=Bearer t^^', 'a,b=c t'],
  ['oauthbearer', 'n,a=a=3D2C,^auth=Bearer t^^', 'a=2C t'],
  ['oauthbearer', 'n,a=a=b,^auth=Bearer t^^', 'invalid'],
  ['oauthbearer', 'n,a=a,^auth=Bearer ^^', 'invalid'],
  ['oauthbearer', 'p=tls-unique,a=a,^auth=Bearer t^^', 'invalid'],
  ['oauthbearer', 'n,b=a,^auth=Bearer t^^', 'invalid'],
  ['oauthbearer', 'n,a=a^auth=Bearer t^^', 'invalid'],
]

for (const [mechanism, text, outcome] of rows) {
  test(`${mechanism} ${text || 'with nothing'} is ${outcome}`, () => {
    assert.equal(said(mechanism, text), outcome)
  })
}

test('a client without an initial response is asked with an empty challenge', () => {
  for (const exchange of Object.values(exchanges)) {
    const turn = exchange.next(undefined)
    assert.ok(turn.kind === 'challenge')
    assert.equal(turn.text, '')
  }
})

test('tokens are taken only where they are enabled', () => {
  assert.equal(start('XOAUTH2', ['plain'], ''), undefined)
  assert.equal(start('XOAUTH2', ['xoauth2'], ''), xoauth2)
  assert.deepEqual(names(['oauthbearer', 'xoauth2', 'plain']), ['PLAIN', 'XOAUTH2', 'OAUTHBEARER'])
})

test('what is said to a backend is what a client would say', () => {
  const name = fc.stringMatching(/^[ -~]{1,40}$/)
  const token = fc.stringMatching(/^[!-~]{1,40}$/)
  fc.assert(
    fc.property(fc.constantFrom(...bearers), name, token, (mechanism, login, secret) => {
      const response = bearerClient(mechanism).response(Buffer.from(login), Buffer.from(secret))
      const turn = exchanges[mechanism].next(decode(response))
      assert.ok(turn.kind === 'credentials')
      assert.equal(turn.credentials.login.toString(), login)
      assert.equal(turn.credentials.password.toString(), secret)
    }),
    { numRuns: 200 },
  )
})

test('no octets make either of them throw', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...bearers),
      fc.uint8Array({ maxLength: 60 }),
      (mechanism, octets) => {
        const { kind } = exchanges[mechanism].next(Buffer.from(octets))
        assert.ok(kind === 'credentials' || kind === 'invalid')
      },
    ),
    { numRuns: 200 },
  )
})
