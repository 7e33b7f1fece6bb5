import assert from 'node:assert/strict'
import { test } from 'node:test'
import { offered } from '../../../src/protocol/smtp/capabilities.ts'

const rows: readonly (readonly [string, readonly (readonly string[])[], readonly string[]])[] = [
  ['what every server has, until one was heard', [], ['PIPELINING', '8BITMIME']],
  ['nothing where the backend has nothing', [[]], []],
  [
    'what can be carried, in one order',
    [['ENHANCEDSTATUSCODES', 'DSN', 'CHUNKING', 'SMTPUTF8', 'PIPELINING', '8BITMIME', 'SIZE 1000']],
    ['SIZE 1000', '8BITMIME', 'SMTPUTF8', 'PIPELINING', 'CHUNKING', 'DSN', 'ENHANCEDSTATUSCODES'],
  ],
  [
    'neither what cannot be carried nor what is ours to say',
    [['BINARYMIME', 'STARTTLS', 'AUTH PLAIN', 'XCLIENT NAME ADDR', 'VRFY', 'DSN']],
    ['DSN'],
  ],
  [
    'what all backends have',
    [
      ['DSN', '8BITMIME'],
      ['8BITMIME', 'SMTPUTF8'],
    ],
    ['8BITMIME'],
  ],
  ['no CHUNKING where one backend has none', [['CHUNKING', 'DSN'], ['DSN']], ['DSN']],
  ['the smallest SIZE', [['SIZE 3000'], ['SIZE 2000'], ['SIZE 10000']], ['SIZE 2000']],
  ['SIZE 0 and SIZE alone as no limit', [['SIZE 0'], ['SIZE 2000'], ['SIZE']], ['SIZE 2000']],
  ['SIZE without a limit where nobody has one', [['SIZE 0'], ['SIZE']], ['SIZE']],
  ['no SIZE where one backend has none', [['SIZE 1000'], ['DSN']], []],
]

for (const [title, heard, wanted] of rows) {
  test(`offers ${title}`, () => assert.deepEqual(offered(heard), wanted))
}
