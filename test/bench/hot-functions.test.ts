import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hotFunctions } from '../../bench/hot-functions.ts'

function node(id: number, functionName: string, url = '', lineNumber = 0) {
  return { id, callFrame: { functionName, url, lineNumber } }
}

test('a profile is read as shares of the time in which anything ran, the dearest first', () => {
  const profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'relay', 'file:///x/src/wire/splice.ts', 41),
      node(3, '', 'node:net', 6),
      node(4, '(garbage collector)'),
    ],
    samples: [1, 2, 3, 2, 4],
    timeDeltas: [5_000, 300, 200, 300, 200],
  }
  assert.deepEqual(hotFunctions(profile), [
    { name: 'relay src/wire/splice.ts:42', share: 0.6 },
    { name: '(anonymous) node:net:7', share: 0.2 },
    { name: '(garbage collector)', share: 0.2 },
  ])
})
