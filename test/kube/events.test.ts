import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventRecorder } from '../../src/kube/events.ts'
import { controllerMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { fields } from '../../src/source/fields.ts'
import { StillClock } from '../source/still-clock.ts'
import { ok, ScriptedApi } from './scripted-api.ts'

function fixture() {
  const api = new ScriptedApi()
  api.answer = () => ok({})
  const clock = new StillClock()
  const state = { leads: true }
  const recorder = new EventRecorder({
    client: api,
    clock,
    metrics: createMetrics(controllerMetrics),
    controller: 'postern.dev/controller',
    instance: 'i'.repeat(200),
    leads: () => state.leads,
  })
  return { api, clock, state, recorder }
}

const regarding = {
  apiVersion: 'postern.dev/v1alpha1',
  kind: 'MailProxy',
  namespace: 'mail',
  name: 'n'.repeat(253),
  uid: 'u',
}
const news = (note: string) => ({ type: 'Warning', reason: 'Conflicted', note }) as const

test('an Event is within the bounds of the API server, whatever it tells', async () => {
  const { api, recorder } = fixture()
  recorder.record(regarding, news('é€𝄞'.repeat(1_000)))
  await recorder.close()
  const body = fields(api.last?.body)
  const note = String(body?.get('note'))
  assert.ok(Buffer.byteLength(note) <= 1_024 && note.endsWith('...') && !note.includes('\uFFFD'))
  assert.equal(String(body?.get('reportingInstance')).length, 128)
  assert.match(String(body?.get('eventTime')), /\.\d{6}Z$/)
  assert.ok(String(fields(body?.get('metadata'))?.get('name')).length <= 253)
})

test('the same news is told once in ten minutes', async () => {
  const { api, clock, recorder } = fixture()
  recorder.record(regarding, news('one'))
  recorder.record(regarding, news('one'))
  recorder.record(regarding, news('another'))
  clock.pass(599_999)
  recorder.record(regarding, news('one'))
  assert.equal(api.calls.length, 2)
  clock.pass(1)
  recorder.record(regarding, news('one'))
  assert.equal(api.calls.length, 3)
  await recorder.close()
})

test('an object has 25 Events at once, and then one in five minutes', async () => {
  const { api, clock, recorder } = fixture()
  for (let at = 0; at < 40; at++) recorder.record(regarding, news(`${at}`))
  assert.equal(api.calls.length, 25)
  clock.pass(300_000)
  for (let at = 40; at < 50; at++) recorder.record(regarding, news(`${at}`))
  assert.equal(api.calls.length, 26)
  recorder.record({ ...regarding, uid: 'other' }, news('x'))
  assert.equal(api.calls.length, 27)
  await recorder.close()
})

test('who does not lead tells nothing', async () => {
  const { api, state, recorder } = fixture()
  state.leads = false
  recorder.record(regarding, news('one'))
  assert.equal(api.calls.length, 0)
  await recorder.close()
})
