import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { upstreamServer } from '../../../src/directives/shapes/upstream-server.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

function read(text: string) {
  const { scope, faults } = listening()
  return { value: upstreamServer.parse(text.split(' ').map(word), scope, 'server'), faults }
}

const usual = {
  address: '10.0.0.1',
  port: 143,
  weight: 1,
  backup: false,
  down: false,
  draining: false,
  sslName: undefined,
}

test('an address and port is enough', () => {
  assert.deepEqual(read('10.0.0.1:143').value, usual)
})

test('the rest may follow in any order', () => {
  assert.deepEqual(read('[::1]:143 draining weight=5 ssl_name=a.svc backup down').value, {
    ...usual,
    ...{ address: '::1', weight: 5, backup: true, down: true, draining: true, sslName: 'a.svc' },
  })
})

test('all that is wrong is told', () => {
  const { value, faults } = read('dovecot:143 weight=0 ssl_name= max_fails=3')
  assert.equal(value, undefined)
  assert.match(faults.join('\n'), /ADDRESS:PORT, a literal address, not "dovecot:143"/)
  assert.match(faults.join('\n'), /"weight=" must be a whole number from 1 to 1000000, not "0"/)
  assert.match(faults.join('\n'), /"ssl_name=" must be a host name or an address/)
  assert.match(faults.join('\n'), /invalid parameter "max_fails=3"/)
})

test('what is written is read back', () => {
  const { scope } = listening()
  const value = fc.record({
    address: fc.constantFrom('10.1.2.3', '2001:db8::1'),
    port: fc.integer({ min: 1, max: 65_535 }),
    weight: fc.integer({ min: 1, max: 1_000_000 }),
    backup: fc.boolean(),
    down: fc.boolean(),
    draining: fc.boolean(),
    sslName: fc.constantFrom(undefined, 'a.svc'),
  })
  fc.assert(
    fc.property(value, one => {
      const words = upstreamServer.print(one).map(word)
      assert.deepEqual(upstreamServer.parse(words, scope, 'server'), { ...one })
    }),
    { numRuns: 100 },
  )
})
