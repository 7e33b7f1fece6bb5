import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindings } from '../../src/config/binding.ts'
import { printAddressPort } from '../../src/directives/address.ts'
import { config } from './loading.ts'

const rows: readonly (readonly [why: string, listens: readonly string[], sockets: object])[] = [
  [
    'single addresses are bound',
    ['10.0.0.1:143', '10.0.0.2:143'],
    {
      '10.0.0.1:143': ['10.0.0.1:143'],
      '10.0.0.2:143': ['10.0.0.2:143'],
    },
  ],
  [
    'every IPv4 address takes the single ones of its port',
    ['10.0.0.1:143', '143', '10.0.0.2:143', '10.0.0.1:110'],
    {
      '0.0.0.0:143': ['10.0.0.1:143', '0.0.0.0:143', '10.0.0.2:143'],
      '10.0.0.1:110': ['10.0.0.1:110'],
    },
  ],
  [
    'every IPv6 address takes those of its family',
    ['[::]:143', '[::1]:143', '10.0.0.1:143'],
    {
      '[::]:143': ['[::]:143', '[::1]:143'],
      '10.0.0.1:143': ['10.0.0.1:143'],
    },
  ],
  [
    'every address of both families takes all',
    ['*:143', '[::]:143 ipv6only=off', '[::1]:143', '10.0.0.1:143'],
    {
      '[::]:143': ['0.0.0.0:143', '[::]:143', '[::1]:143', '10.0.0.1:143'],
    },
  ],
  [
    'a Unix socket is its own',
    ['143', 'unix:/run/imap'],
    {
      '0.0.0.0:143': ['0.0.0.0:143'],
      'unix:/run/imap': ['unix:/run/imap'],
    },
  ],
  [
    'a range shares port by port',
    ['143-144', '10.0.0.1:144'],
    {
      '0.0.0.0:143': ['0.0.0.0:143'],
      '0.0.0.0:144': ['0.0.0.0:144', '10.0.0.1:144'],
    },
  ],
]

for (const [why, listens, sockets] of rows) {
  test(why, () => {
    const servers = listens.map(listen => `server { listen ${listen}; protocol imap; }`)
    const made = bindings(config(`mail { auth_http a; ${servers.join(' ')} }`))
    const found = made.map(({ listen, listeners }) => [
      printAddressPort(listen),
      listeners.map(one => printAddressPort(one.listen)),
    ])
    assert.deepEqual(Object.fromEntries(found), sockets)
  })
}
