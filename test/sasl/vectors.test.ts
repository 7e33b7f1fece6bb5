import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decode, encode } from '../../src/sasl/base64.ts'
import { bearerClient } from '../../src/sasl/bearer.ts'
import { plainResponse } from '../../src/sasl/client.ts'
import { start } from '../../src/sasl/mechanism.ts'
import { mechanisms } from '../../src/words/mechanism.ts'

/** The examples of the documents that define the mechanisms: what a client says, and what it means. */
const rows: readonly (readonly [
  from: string,
  mechanism: string,
  base64: string,
  login: string,
  password: string,
])[] = [
  ['RFC 4954 4.1', 'PLAIN', 'dGVzdAB0ZXN0ADEyMzQ=', 'test', '1234'],
  [
    'RFC 2195 2',
    'CRAM-MD5',
    'dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw',
    'tim',
    'b913a602c7eda7a495b4e6e7334d3890',
  ],
  [
    "Google's XOAUTH2 page",
    'XOAUTH2',
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
    'someuser@example.com',
    'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg',
  ],
  [
    'RFC 7628 4.1',
    'OAUTHBEARER',
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
    'user@example.com',
    'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==',
  ],
]

for (const [from, mechanism, base64, login, password] of rows) {
  test(`${mechanism}: the example of ${from} is understood`, () => {
    const begun = start(mechanism, mechanisms, '<salt@example.com>')?.next(undefined)
    assert.equal(begun?.kind, 'challenge')
    const turn = begun?.kind === 'challenge' && begun.next.next(decode(Buffer.from(base64)))
    assert.ok(turn && turn.kind === 'credentials')
    assert.equal(turn.credentials.login.toString(), login)
    assert.equal(turn.credentials.password.toString(), password)
  })
}

test('what we say to backends is what the examples say', () => {
  const [, , google] = rows
  const response = bearerClient('xoauth2').response(
    Buffer.from(google?.[3] ?? ''),
    Buffer.from(google?.[4] ?? ''),
  )
  assert.equal(response.toString(), google?.[2])
  // RFC 4616 4 names the user twice, or not at all.
  assert.equal(
    plainResponse(Buffer.from('tim'), Buffer.from('tanstaaftanstaaf')).toString(),
    encode(Buffer.from('\0tim\0tanstaaftanstaaf')).toString(),
  )
})
