import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isThere, remedy } from '../../bench/parts.ts'

const parts = [
  { file: 'haproxy', package: 'haproxy' },
  { file: '/usr/lib/dovecot/imap-login', package: 'dovecot-imapd' },
  { file: 'imapd', package: 'dovecot-imapd' },
]

test('what is missing is said as the line that installs it, each package once', () => {
  assert.equal(
    remedy(parts, () => false),
    'apt-get install haproxy dovecot-imapd',
  )
  assert.equal(
    remedy(parts, file => file !== 'haproxy'),
    'apt-get install haproxy',
  )
})

test('nothing is asked for where all parts are there', () => {
  assert.equal(
    remedy(parts, () => true),
    undefined,
  )
})

test('a part is a program, or a file by its path or a pattern of it', () => {
  const files = ['sh', import.meta.filename, `${import.meta.dirname}/parts.*.ts`]
  assert.deepEqual(files.map(isThere), [true, true, true])
  const none = ['no-such-program', `${import.meta.dirname}/none.ts`, '/usr/*/none.ts']
  assert.deepEqual(none.map(isThere), [false, false, false])
})
