import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forms } from '../../bench/form.ts'
import { rows } from '../../bench/rows.ts'
import { namedPeer, systems } from '../../bench/systems.ts'
import { inTime, turns } from '../../bench/turns.ts'

const peer = namedPeer('other', 'true', { imap: 10_143 })
const names = ['setup-plain', 'setup-pop3', 'down-plain-1', 'round-trips-tls-64', 'growth']
const all = turns(
  {
    form: { ...forms.full, rounds: 3 },
    rows: rows.filter(({ id }) => names.includes(id)),
    systems: [...systems, peer],
  },
  Math.random,
)

function systemsOf(id: string): readonly string[] {
  const found = all.filter(({ row, round }) => row.id === id && round === 1)
  return found.map(({ system }) => system.name).toSorted()
}

test('every round measures each row on each of its systems', () => {
  for (const round of [1, 2, 3]) {
    const found = all.filter(turn => turn.round === round && turn.row.id === 'down-plain-1')
    assert.equal(found.length, systems.length + 1)
  }
})

test('a row that takes long is measured in the first round alone', () => {
  const rounds = all.filter(({ row }) => row.id === 'growth').map(({ round }) => round)
  assert.deepEqual([...new Set(rounds)], [1])
})

test('what differs by its buffers alone is measured only where they decide', () => {
  assert.deepEqual(systemsOf('setup-plain'), ['dovecot', 'haproxy', 'nginx', 'other', 'postern'])
})

test('what is no mail proxy like nginx is left out where a row says so', () => {
  assert.deepEqual(systemsOf('setup-pop3'), ['nginx', 'postern'])
})

test('a peer that is named is measured at the ports that it has', () => {
  assert.ok(systemsOf('setup-plain').includes('other'))
  assert.ok(!systemsOf('round-trips-tls-64').includes('other'))
})

test('out of time, the first round and the systems of a row are still whole', () => {
  let seconds = 0
  // Each measurement takes a second.
  const ran = [...inTime(all, 20, () => 1_000 * seconds)].length
  assert.equal(ran, all.length)
  const made: (typeof all)[number][] = []
  for (const turn of inTime(all, 20, () => 1_000 * seconds)) {
    made.push(turn)
    seconds++
  }
  const first = all.filter(({ round }) => round === 1)
  assert.ok(made.length < all.length)
  assert.deepEqual(made.slice(0, first.length), first)
  const last = made.at(-1)
  const whole = all.filter(({ round, row }) => round === last?.round && row === last?.row)
  assert.deepEqual(made.slice(-whole.length), whole)
})
