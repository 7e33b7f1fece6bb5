import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { Condition, Status } from '../../src/api/conditions.ts'
import { StatusBoard } from '../../src/source/status-board.ts'

const condition = (status: Condition['status'], message = 'fine'): Condition => ({
  type: 'Accepted',
  status,
  reason: status === 'True' ? 'Accepted' : 'Invalid',
  message,
  observedGeneration: 1,
})
const of = (...conditions: readonly Condition[]): ReadonlyMap<string, Status> =>
  new Map([['mail/corp', { conditions, listeners: [{ name: 'imaps', conditions }] }]])
const noon = new Date('2026-06-01T12:00:00.123Z')
const later = new Date('2026-06-01T13:00:00Z')

test('a status is new once, and again only when it changes', () => {
  const board = new StatusBoard()
  assert.deepEqual(
    board.update(of(condition('True')), noon).map(([key]) => key),
    ['mail/corp'],
  )
  assert.deepEqual(board.update(of(condition('True')), later), [])
  assert.equal(board.update(of(condition('True', 'otherwise')), later).length, 1)
  assert.deepEqual(board.update(new Map(), later), [])
  assert.equal(board.yaml([]), '{}\n')
})

test('the time of a condition turns only when its status does', () => {
  const board = new StatusBoard()
  const time = (): string => {
    const { conditions, listeners } = parse(board.yaml([]))['mail/corp']
    assert.equal(listeners[0].conditions[0].lastTransitionTime, conditions[0].lastTransitionTime)
    return conditions[0].lastTransitionTime
  }
  board.update(of(condition('True')), noon)
  assert.equal(time(), '2026-06-01T12:00:00Z')
  board.update(of(condition('True', 'otherwise')), later)
  assert.equal(time(), '2026-06-01T12:00:00Z')
  board.update(of(condition('False')), later)
  assert.equal(time(), '2026-06-01T13:00:00Z')
})

test('faults stand above the statuses as comments, whatever is in them', () => {
  const board = new StatusBoard()
  board.update(of(condition('True')), noon)
  const yaml = board.yaml([{ where: 'a.yaml:1:2', message: 'bad\nmail/evil: {}\r\nx: y' }])
  assert.deepEqual(Object.keys(parse(yaml)), ['mail/corp'])
  assert.match(yaml, /^# a\.yaml:1:2: bad\n/)
})
