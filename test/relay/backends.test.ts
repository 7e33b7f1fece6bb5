import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backends, type Endpoint } from '../../src/relay/backends.ts'

const endpoint = (at: number): Endpoint => ({ address: `10.0.${at >> 8}.${at & 255}`, port: 143 })

test('what was learned of a backend outlives its sessions', () => {
  const backends = new Backends()
  backends.opened(endpoint(1))
  backends.learn(endpoint(1), { identity: 'believed', secure: true })
  backends.closed(endpoint(1))
  assert.deepEqual(
    [...backends],
    [
      [
        '10.0.0.1:143',
        { identity: 'believed', secure: true, capabilities: undefined, sessions: 0 },
      ],
    ],
  )
})

test('at most 4,096 backends are known; the first without a session is forgotten for a new one', () => {
  const backends = new Backends()
  backends.opened(endpoint(0))
  for (let at = 1; at < 5_000; at++)
    backends.learn(endpoint(at), { identity: 'off', secure: false })
  const known = [...backends]
  assert.equal(known.length, 4_096)
  assert.equal(known[0]?.[0], '10.0.0.0:143', 'it carries a session')
  assert.equal(known.at(-1)?.[0], `${endpoint(4_999).address}:143`)
})
