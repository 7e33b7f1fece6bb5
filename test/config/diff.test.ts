import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bindings, listeners } from '../../src/config/binding.ts'
import type { Listen, RelayConfig } from '../../src/config/config.ts'
import { diff } from '../../src/config/diff.ts'
import { config } from './loading.ts'

function listening(ports: readonly number[], timeout = 60): RelayConfig {
  const servers = ports.map(port => `server { listen ${port}; protocol imap; }`)
  return config(`mail { auth_http a; timeout ${timeout}s; ${servers.join(' ')} }`)
}

const opened = (config: RelayConfig): Listen[] => listeners(config).map(({ listen }) => listen)

const bound = (config: RelayConfig): Listen[] => bindings(config).map(({ listen }) => listen)

const key = ({ address, port }: { address: string; port: number }) => `${address} ${port}`

test('at first every listener is opened', () => {
  const { open, keep, close } = diff([], listening([1, 2]))
  assert.deepEqual(
    open.map(({ listen }) => listen.port),
    [1, 2],
  )
  assert.deepEqual([keep, close], [[], []])
})

test('a listener of both stays open and serves the new settings', () => {
  const { open, keep, close } = diff(opened(listening([1, 2])), listening([2, 3], 5))
  assert.deepEqual(
    open.map(({ listen }) => listen.port),
    [3],
  )
  assert.deepEqual(
    keep.map(({ listen, listeners }) => [listen.port, listeners[0]?.server.settings.timeout]),
    [[2, 5_000]],
  )
  assert.deepEqual(
    close.map(listen => listen.port),
    [1],
  )
})

test('the same port of another address is another listener', () => {
  const one = config('mail { auth_http a; server { listen 127.0.0.1:143; } }')
  const two = config(
    'mail { auth_http a; server { listen [::1]:143 ssl; ssl_certificate a; ssl_certificate_key k; } }',
  )
  const { open, close } = diff(opened(one), two)
  assert.deepEqual([open.length, close.length], [1, 1])
})

test('addresses come to and leave the socket of every address without touching it', () => {
  const alone = config('mail { auth_http a; server { listen 143; } }')
  const shared = config(
    'mail { auth_http a; server { listen 127.0.0.1:143; } server { listen 143; } }',
  )
  for (const [before, after, count] of [
    [alone, shared, 2],
    [shared, alone, 1],
  ] as const) {
    const { open, keep, close } = diff(bound(before), after)
    assert.deepEqual([open, close], [[], []])
    assert.deepEqual(
      keep.map(({ listen, listeners }) => [listen.address, listeners.length]),
      [['0.0.0.0', count]],
    )
  }
})

test('a single address gives up its socket to every address, and gets it back', () => {
  const single = config('mail { auth_http a; server { listen 127.0.0.1:143; } }')
  const shared = config(
    'mail { auth_http a; server { listen 127.0.0.1:143; } server { listen 143; } }',
  )
  const there = diff(bound(single), shared)
  assert.deepEqual(
    [there.open.map(({ listen }) => listen.address), there.close.map(({ address }) => address)],
    [['0.0.0.0'], ['127.0.0.1']],
  )
  const back = diff(bound(shared), single)
  assert.deepEqual(
    [back.open.map(({ listen }) => listen.address), back.close.map(({ address }) => address)],
    [['127.0.0.1'], ['0.0.0.0']],
  )
})

test('a socket that is to take IPv4 clients, too, is another one', () => {
  const six = (more: string) => config(`mail { auth_http a; server { listen [::]:143 ${more}; } }`)
  const { open, close } = diff(bound(six('')), six('ipv6only=off'))
  assert.deepEqual([open.length, close.length], [1, 1])
})

test('what it says, applied to the old, gives the new', () => {
  const ports = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 })
  fc.assert(
    fc.property(ports, ports, (before, after) => {
      const old = listening(before)
      const wanted = listening(after)
      const { open, keep, close } = diff(opened(old), wanted)
      const closed = new Set(close.map(key))
      const stayed = opened(old).filter(listen => !closed.has(key(listen)))
      assert.deepEqual(stayed.map(key).sort(), keep.map(({ listen }) => key(listen)).sort())
      const now = [...open, ...keep].map(({ listen }) => key(listen)).sort()
      assert.deepEqual(
        now,
        listeners(wanted)
          .map(({ listen }) => key(listen))
          .sort(),
      )
    }),
    { numRuns: 100 },
  )
})
