import assert from 'node:assert/strict'
import { test } from 'node:test'
import { directive, word } from '../../src/directives/tree.ts'

test('a word that is made says whether it needs quotes', () => {
  assert.equal(word('imap').quoted, false)
  assert.equal(word('two words').quoted, true)
})

test('a directive has a block only where one is given', () => {
  assert.equal('block' in directive('timeout', ['5s']), false)
  assert.deepEqual(directive('mail', [], []).block, [])
})
