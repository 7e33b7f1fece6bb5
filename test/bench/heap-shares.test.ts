import assert from 'node:assert/strict'
import { test } from 'node:test'
import { added, heapShares } from '../../bench/heap-shares.ts'

test('a heap snapshot is read as octets by kind and constructor, the largest first', () => {
  const snapshot = {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size'],
        node_types: [['hidden', 'string', 'object']] as const,
      },
    },
    strings: ['Socket', 'some text', 'other text'],
    // One row an object: type, name, id, size.
    nodes: [...[2, 0, 1, 200], ...[1, 1, 2, 30], ...[2, 0, 3, 200], ...[1, 2, 4, 50]],
  }
  assert.deepEqual(heapShares(snapshot), [
    { name: 'object Socket', count: 2, size: 400 },
    { name: 'string', count: 2, size: 80 },
  ])
})

test('what a load added to the heap is told apart from what was there', () => {
  const before = [{ name: 'string', count: 10, size: 900 }]
  const after = [
    { name: 'string', count: 12, size: 960 },
    { name: 'object Socket', count: 2, size: 400 },
  ]
  assert.deepEqual(added(before, after), [
    { name: 'object Socket', count: 2, size: 400 },
    { name: 'string', count: 2, size: 60 },
  ])
})
