import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EndpointSlice, Service } from '../../src/api/objects.ts'
import { endpoints, servicePort } from '../../src/model/endpoints.ts'
import { serviceOf, sliceOf } from '../support/objects.ts'

function slice(
  found: readonly object[],
  ports: readonly object[] | null,
  type = 'IPv4',
): EndpointSlice {
  const object = sliceOf('dovecot', found, ports, type)
  if (object.kind === 'EndpointSlice') return object
  throw new Error('no EndpointSlice')
}

function service(...ports: readonly object[]): Service {
  const object = serviceOf('dovecot', ports)
  if (object.kind === 'Service') return object
  throw new Error('no Service')
}

const port143 = { port: 143 }
const at = (address: string, conditions: object = {}) => ({ addresses: [address], conditions })
const found = (slices: readonly EndpointSlice[], local = false) =>
  endpoints(slices, port143, local).usable.map(
    ({ address, port, draining }) => `${address} ${port}${draining ? ' draining' : ''}`,
  )

const leaving = { ready: false, serving: true, terminating: true }

const rows: readonly (readonly [
  why: string,
  slices: readonly EndpointSlice[],
  wanted: readonly string[],
])[] = [
  ['no ready means ready', [slice([at('10.0.0.1')], [port143])], ['10.0.0.1 143']],
  [
    'one that is not ready is left out',
    [slice([at('10.0.0.1', { ready: false }), at('10.0.0.2')], [port143])],
    ['10.0.0.2 143'],
  ],
  [
    'one that leaves is known as such while another is ready',
    [slice([at('10.0.0.1', leaving), at('10.0.0.2')], [port143])],
    ['10.0.0.1 143 draining', '10.0.0.2 143'],
  ],
  [
    'those that leave and serve are used when none is ready',
    [slice([at('10.0.0.1', leaving)], [port143])],
    ['10.0.0.1 143 draining'],
  ],
  [
    'one that leaves and no longer serves is never used',
    [slice([at('10.0.0.1', { ...leaving, serving: false })], [port143])],
    [],
  ],
  [
    'an endpoint in two slices is one',
    [slice([at('10.0.0.1')], [port143]), slice([at('10.0.0.1')], [port143])],
    ['10.0.0.1 143'],
  ],
  [
    'ready in one slice and leaving in another is ready',
    [slice([at('10.0.0.1', leaving)], [port143]), slice([at('10.0.0.1')], [port143])],
    ['10.0.0.1 143'],
  ],
  [
    'both families, one name for each address',
    [
      slice([at('10.0.0.2')], [port143]),
      slice([at('FD00::0:1'), at('fd00::1')], [port143], 'IPv6'),
    ],
    ['10.0.0.2 143', 'fd00::1 143'],
  ],
  [
    'a slice without ports leaves the port to the Service',
    [slice([at('10.0.0.1')], [])],
    ['10.0.0.1 143'],
  ],
  ['a slice whose ports are null, too', [slice([at('10.0.0.1')], null)], ['10.0.0.1 143']],
  ['a port without a number, too', [slice([at('10.0.0.1')], [{ name: '' }])], ['10.0.0.1 143']],
  [
    'a slice of another port is none of ours',
    [slice([at('10.0.0.1')], [{ name: 'smtp', port: 25 }])],
    [],
  ],
  ['a UDP port is none of ours', [slice([at('10.0.0.1')], [{ port: 143, protocol: 'UDP' }])], []],
  ['names are not addresses', [slice([at('imap.example.com')], [port143], 'FQDN')], []],
]

for (const [why, slices, wanted] of rows) test(why, () => assert.deepEqual(found(slices), wanted))

const local = [
  '127.0.0.1',
  '127.8.8.8',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
]

for (const address of local)
  test(`${address} is refused in a cluster`, () => {
    const slices = [slice([at(address)], [port143])]
    assert.deepEqual(endpoints(slices, port143, false), { usable: [], refused: [address] })
  })

test('a folder may name a loopback address', () => {
  assert.deepEqual(found([slice([at('127.0.0.1')], [port143])], true), ['127.0.0.1 143'])
})

test('a port is found by number and by name, and only among TCP ports', () => {
  const both = service(
    { name: 'imap', port: 143, targetPort: 'imap' },
    { name: 'dns', port: 53, protocol: 'UDP' },
  )
  assert.equal(servicePort(both, 143)?.name, 'imap')
  assert.equal(servicePort(both, 'imap')?.port, 143)
  assert.equal(servicePort(both, 53), undefined)
  assert.equal(servicePort(both, 'nope'), undefined)
})

test('the order of slices and of endpoints changes nothing', () => {
  const endpoint = fc.record({
    addresses: fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2', 'fd00::1', 'x'), { maxLength: 2 }),
    conditions: fc.constantFrom({}, { ready: true }, { ready: false }, leaving),
  })
  const some = fc.array(fc.array(endpoint, { maxLength: 4 }), { maxLength: 3 })
  fc.assert(
    fc.property(some, all => {
      const slices = all.map(one => slice(one, [port143]))
      const turned = all.toReversed().map(one => slice(one.toReversed(), [port143]))
      assert.deepEqual(found(turned), found(slices))
    }),
    { numRuns: 100 },
  )
})
