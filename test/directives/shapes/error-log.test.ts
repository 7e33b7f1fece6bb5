import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorLog } from '../../../src/directives/shapes/error-log.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

function read(...words: readonly string[]) {
  const { scope, faults } = listening()
  return { value: errorLog.parse(words.map(word), scope, 'error_log'), faults }
}

test('a file is named against the prefix, and begins at error', () => {
  assert.deepEqual(read('logs/e.log').value, { target: '/var/logs/e.log', level: 'error' })
})

test('stderr is no file, and a level may follow', () => {
  assert.deepEqual(read('stderr', 'debug').value, { target: 'stderr', level: 'debug' })
})

test('syslog, memory and unknown levels are refused', () => {
  assert.match(read('syslog:server=x').faults.join(), /must be a file or stderr/)
  assert.match(read('memory:1m', 'info').faults.join(), /must be a file or stderr/)
  assert.match(read('stderr', 'loud').faults.join(), /debug, info, .* or emerg, not "loud"/)
})

test('what is written is read back', () => {
  const value = { target: '/a', level: 'warn' } as const
  assert.deepEqual(read(...errorLog.print(value)).value, value)
})
