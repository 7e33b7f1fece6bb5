import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server } from './loading.ts'

const rows: readonly (readonly [listens: string, protocol: string])[] = [
  ['listen 143;', 'imap'],
  ['listen 993;', 'imap'],
  ['listen 110;', 'pop3'],
  ['listen 995;', 'pop3'],
  ['listen 25;', 'smtp'],
  ['listen 465;', 'smtp'],
  ['listen 587;', 'smtp'],
  ['listen 10993 public=993;', 'imap'],
  ['listen 10000; listen 110; listen 143;', 'pop3'],
  ['listen 143 public=25;', 'smtp'],
  ['listen 25; protocol imap;', 'imap'],
  ['protocol imap; listen 25;', 'imap'],
]

for (const [listens, protocol] of rows) {
  test(`${listens} speaks ${protocol}`, () => {
    assert.equal(server(`${listens} auth_http a;`).protocol, protocol)
  })
}

test('a listener stands where its directive stands', () => {
  const [listen] = server('auth_http a;\n  listen 143;').listens
  assert.deepEqual(listen?.position, { file: 'relay.conf', line: 2, column: 3 })
})
