import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusal } from '../../src/protocol/credentials.ts'

const rows: readonly (readonly [string, string, string | undefined])[] = [
  ['alice', 'secret', undefined],
  ['', '', undefined],
  ['al ice\x7f\xff', '\x01\t "', undefined],
  ['alice\0', 'secret', 'NUL in the user name'],
  ['al\rice', 'secret', 'CR in the user name'],
  ['alice\nDELE 1', 'secret', 'LF in the user name'],
  ['alice', 'sec\0ret', 'NUL in the password'],
  ['alice', 'secret\r', 'CR in the password'],
  ['alice', '\nsecret', 'LF in the password'],
]

for (const [login, password, wanted] of rows) {
  test(`${JSON.stringify([login, password])} has ${wanted ?? 'nothing that no login has'}`, () => {
    const credentials = {
      login: Buffer.from(login, 'latin1'),
      password: Buffer.from(password, 'latin1'),
    }
    assert.equal(refusal(credentials), wanted)
  })
}
