import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Counts } from '../../src/relay/counts.ts'
import { Failures } from '../../src/relay/failures.ts'
import { Held, Limits, networkOf, userOf } from '../../src/relay/limits.ts'

const at = (client: string, listener = 'imap') => ({ listener, client })

describe('limits of sessions', () => {
  it('are told apart by listener and by client', () => {
    const limits = new Limits()
    const rules = [
      { of: 'listener', most: 3 },
      { of: 'client', most: 2 },
    ] as const
    const admit = (client: string, listener?: string) => limits.admit(rules, at(client, listener))
    assert.ok(admit('a') instanceof Held)
    assert.ok(admit('a') instanceof Held)
    assert.deepEqual(admit('a'), { reached: 'client' })
    assert.ok(admit('b') instanceof Held)
    assert.deepEqual(admit('c'), { reached: 'listener' })
    assert.ok(admit('c', 'pop3') instanceof Held)
  })

  it('are free again when a session ends, and a refused one holds nothing', () => {
    const limits = new Limits()
    const rules = [
      { of: 'listener', most: 2 },
      { of: 'client', most: 1 },
    ] as const
    const first = limits.admit(rules, at('a'))
    assert.ok(first instanceof Held)
    for (let i = 0; i < 5; i++)
      assert.deepEqual(limits.admit(rules, at('a')), { reached: 'client' })
    first.release()
    assert.ok(limits.admit(rules, at('a')) instanceof Held)
  })

  it('count users whatever the case of their names', () => {
    const limits = new Limits()
    const rules = [{ of: 'user', most: 1 }] as const
    const counts = new Counts()
    const [one, other] = [new Held(counts), new Held(counts)]
    assert.ok(limits.admitUser(rules, one, userOf(Buffer.from('Alice'))))
    assert.ok(!limits.admitUser(rules, other, userOf(Buffer.from('alice'))))
    one.release()
    assert.ok(limits.admitUser(rules, other, userOf(Buffer.from('ALICE'))))
    assert.equal(counts.size, 1)
  })
})

describe('limits of failed logins', () => {
  const rules = [
    { of: 'user', failures: 2, time: 60_000 },
    { of: 'client', failures: 4, time: 60_000 },
  ] as const

  it('hold for a user at a client, and for a client whatever the user', () => {
    const limits = new Limits(new Failures(() => 0))
    for (let i = 0; i < 2; i++) limits.failed(rules, 'c', 'alice')
    assert.ok(limits.refuses(rules, 'c', 'alice'))
    assert.ok(!limits.refuses(rules, 'c', 'bob'))
    assert.ok(!limits.refuses(rules, 'elsewhere', 'alice'))
    for (let i = 0; i < 2; i++) limits.failed(rules, 'c', `user ${i}`)
    assert.ok(limits.refuses(rules, 'c', 'bob'))
  })

  it('forgive a user who logs in, but not the client', () => {
    const limits = new Limits(new Failures(() => 0))
    for (let i = 0; i < 3; i++) {
      limits.failed(rules, 'c', 'alice')
      limits.succeeded(rules, 'c', 'alice')
    }
    assert.ok(!limits.refuses(rules, 'c', 'alice'))
    limits.failed(rules, 'c', 'bob')
    assert.ok(limits.refuses(rules, 'c', 'alice'))
  })
})

describe('a client', () => {
  const rows: readonly [address: string, client: string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1:2:3:4', 'fe80:0:0:0::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ]
  for (const [address, client] of rows) {
    it(`at ${address} counts as ${client}`, () => assert.equal(networkOf(address), client))
  }
})
