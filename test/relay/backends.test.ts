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

test('each port of an address is a backend of its own', () => {
  const backends = new Backends()
  const [imap, imaps] = [endpoint(1), { ...endpoint(1), port: 993 }]
  backends.opened(imap)
  assert.equal(backends.sessions(imap), 1)
  assert.equal(backends.sessions(imaps), 0)
})

test('what is made of capabilities is stale once a backend says others, not the same again', () => {
  const backends = new Backends()
  const said = { identity: 'off', secure: false } as const
  const versions = [['SIZE'], ['SIZE'], ['SIZE', 'DSN']].map(capabilities => {
    backends.learn(endpoint(1), { ...said, capabilities })
    return backends.version
  })
  assert.deepEqual(versions, [1, 1, 2])
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
