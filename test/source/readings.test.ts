import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Readings } from '../../src/source/readings.ts'
import type { SourceObject } from '../../src/source/source.ts'

const service = (spec: object): SourceObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'dovecot', namespace: 'mail' },
  spec,
})
const proxy = (spec: object, generation = 1): SourceObject => ({
  apiVersion: 'postern.dev/v1alpha1',
  kind: 'MailProxy',
  metadata: { name: 'corp', namespace: 'mail', generation },
  spec,
})
const listeners = [{ name: 'mx', protocol: 'SMTP', port: 25 }]
const good = {
  serverName: 'mail.example.com',
  auth: { type: 'None' },
  backendRefs: [{ name: 'postfix', port: 25 }],
  listeners,
}

test('a MailProxy that turned bad is refused with its faults, and its last good version goes on', () => {
  const readings = new Readings()
  const { objects } = readings.take([proxy(good)])
  assert.equal(objects.length, 1)
  const after = readings.take([proxy({ ...good, listeners: [] }, 2)])
  assert.deepEqual(after.objects, objects)
  assert.deepEqual(
    after.refused.map(({ key, generation, faults }) => [key, generation, faults[0]?.path]),
    [['mail/corp', 2, 'spec.listeners']],
  )
  assert.deepEqual(readings.take([proxy(good)]).refused, [])
})

test('one that was never good is refused and nothing else', () => {
  const { objects, refused } = new Readings().take([proxy({})])
  assert.deepEqual([objects, refused.length], [[], 1])
})

test('an object that is gone is forgotten, its last good version too', () => {
  const readings = new Readings()
  readings.take([proxy(good)])
  readings.take([])
  assert.deepEqual(readings.take([proxy({})]).objects, [])
})

test('objects without a status have their faults told, and go on as they were', () => {
  const readings = new Readings()
  const bad = service({ ports: [{ port: 'many' }] })
  assert.match(readings.take([bad]).faults[0]?.message ?? '', /^spec\.ports\[0\]\.port: [^;]*$/)
  const { objects } = readings.take([service({ ports: [{ port: 143 }] })])
  const after = readings.take([bad])
  assert.deepEqual(after.objects, objects)
  assert.equal(after.faults[0]?.where, 'Service mail/dovecot')
  assert.match(after.faults[0]?.message ?? '', /; the version before goes on$/)
})

test('a field that nobody knows is told, of our own kinds alone', () => {
  const { objects, faults } = new Readings().take([
    proxy({ ...good, colour: 'blue' }),
    service({ clusterIP: '10.0.0.1' }),
  ])
  assert.equal(objects.length, 2)
  assert.deepEqual(faults, [
    { where: 'MailProxy mail/corp', message: 'the field spec.colour is unknown and has no effect' },
  ])
})
