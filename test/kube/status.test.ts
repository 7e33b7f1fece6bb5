import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Condition } from '../../src/api/conditions.ts'
import type { Call } from '../../src/kube/client.ts'
import { type Resource, resources } from '../../src/kube/resources.ts'
import { StatusWriter } from '../../src/kube/status.ts'
import { controllerMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { fields } from '../../src/source/fields.ts'
import type { SourceObject } from '../../src/source/source.ts'
import { StillClock } from '../source/still-clock.ts'
import { ok, refusal, ScriptedApi, settled } from './scripted-api.ts'

const ours = [{ manager: 'postern.dev/controller', subresource: 'status' }]

/** With a status that we wrote, unless it is said who did. */
const object = (
  resourceVersion: string,
  status?: unknown,
  name = 'corp',
  managedFields: unknown = status === undefined ? [] : ours,
): SourceObject => ({
  apiVersion: 'postern.dev/v1alpha1',
  kind: 'MailProxy',
  metadata: { name, namespace: 'mail', uid: 'u', resourceVersion, managedFields },
  spec: {},
  ...(status === undefined ? {} : { status }),
})

const wanted = (message: string) => {
  const accepted: Condition = {
    type: 'Accepted',
    status: 'True',
    reason: 'Accepted',
    message,
    observedGeneration: 1,
  }
  return { conditions: [accepted], listeners: [], addresses: [] }
}
const want = (message: string) => new Map([['mail/corp', wanted(message)]])

function fixture(resource: Resource = resources.mailProxy) {
  const api = new ScriptedApi()
  const clock = new StillClock()
  const state = { leads: true, turned: 0, failed: 0 }
  const writer = new StatusWriter({
    client: api,
    resource,
    clock,
    random: () => 0,
    metrics: createMetrics(controllerMetrics),
    fieldManager: 'postern.dev/controller',
    leads: () => state.leads,
    turned: (_, transitions) => {
      state.turned += transitions.length
    },
    failed: () => {
      state.failed++
    },
  })
  let version = 100
  api.answer = ({ body }) => ok(object(String(++version), fields(body)?.get('status')))
  return { api, clock, state, writer }
}

const written = (call: Call | undefined) => fields(call?.body)?.get('status')

test('a status is applied by its owner alone, to that very object', async () => {
  const { api, writer, state } = fixture()
  writer.insert(object('1'))
  writer.want(want('taken'))
  await settled()
  assert.equal(api.calls.length, 1)
  assert.partialDeepStrictEqual(api.last, {
    verb: 'patch',
    path: '/apis/postern.dev/v1alpha1/namespaces/mail/mailproxies/corp/status',
    query: { fieldManager: 'postern.dev/controller', force: 'true' },
    body: { metadata: { uid: 'u' } },
  })
  assert.equal(state.turned, 1)
  await writer.close()
})

test('what was written is not written again while the watch has not brought it back', async () => {
  const { api, writer } = fixture()
  writer.insert(object('1'))
  writer.want(want('one'))
  await settled()
  const first = written(api.last)
  // An older state of the object arrives late.
  writer.insert(object('2'))
  writer.review()
  await settled()
  assert.equal(api.calls.length, 1)
  writer.insert(object('101', first))
  writer.want(want('one'))
  await settled()
  assert.equal(api.calls.length, 1)
  // Somebody took it away.
  writer.insert(object('102'))
  await settled()
  assert.equal(api.calls.length, 2)
  await writer.close()
})

test('who does not lead writes nothing, and catches up when it does', async () => {
  const { api, writer, state } = fixture()
  state.leads = false
  writer.insert(object('1'))
  writer.want(want('one'))
  await settled()
  assert.equal(api.calls.length, 0)
  state.leads = true
  writer.review()
  await settled()
  assert.equal(api.calls.length, 1)
  await writer.close()
})

test('an object that is no longer ours loses our conditions, once', async () => {
  const { api, writer, state } = fixture()
  writer.insert(object('1'))
  writer.want(want('ours'))
  await settled()
  const turned = state.turned
  writer.want(new Map())
  await settled()
  assert.equal(api.calls.length, 2)
  const { verb, body } = api.last ?? {}
  assert.equal(verb, 'patch')
  assert.deepEqual(Object.keys(Object(body)), ['apiVersion', 'kind', 'metadata'])
  writer.insert(object('102'))
  writer.want(new Map())
  writer.review()
  await settled()
  assert.equal(api.calls.length, 2)
  assert.equal(state.turned, turned)
  // And when it comes back, it is told again.
  writer.want(want('ours'))
  await settled()
  assert.equal(api.calls.length, 3)
  await writer.close()
})

test('an object of others loses what we said of it in another life, and only that', async () => {
  const { api, writer } = fixture()
  const told = { conditions: [] }
  writer.insert(object('1', told, 'left'))
  writer.insert(
    object('1', told, 'theirs', [{ manager: 'example.com/other', subresource: 'status' }]),
  )
  writer.insert(object('1', told, 'mine', [{ manager: 'postern.dev/controller' }]))
  const foreign = ['mail/left', 'mail/theirs', 'mail/mine', 'mail/gone']
  writer.want(new Map(), foreign)
  await settled()
  writer.want(new Map(), foreign)
  await settled()
  assert.deepEqual(
    api.calls.map(({ path }) => path.split('/').at(-2)),
    ['left'],
  )
  assert.equal(written(api.last), undefined)
  await writer.close()
})

test('an object that goes to others while it is written to loses that, too', async () => {
  const { api, writer } = fixture()
  const good = api.answer
  api.answer = call => {
    writer.want(new Map())
    api.answer = good
    return good(call)
  }
  writer.insert(object('1'))
  writer.want(want('ours'))
  for (let turn = 0; turn < 4; turn++) await settled()
  assert.equal(api.calls.length, 2)
  assert.equal(written(api.last), undefined)
  await writer.close()
})

test('a class is of no namespace, and has conditions alone', async () => {
  const { api, writer } = fixture(resources.mailProxyClass)
  const metadata = { name: 'internal', uid: 'u', resourceVersion: '1' }
  writer.insert({ apiVersion: 'postern.dev/v1alpha1', kind: 'MailProxyClass', metadata })
  writer.want(new Map([['internal', { conditions: wanted('served').conditions }]]))
  await settled()
  assert.equal(api.last?.path, '/apis/postern.dev/v1alpha1/mailproxyclasses/internal/status')
  assert.deepEqual([...(fields(written(api.last))?.keys() ?? [])], ['conditions'])
  assert.deepEqual(fields(api.last?.body)?.get('metadata'), { name: 'internal', uid: 'u' })
  await writer.close()
})

test('an object that is gone is not written to', async () => {
  const { api, writer } = fixture()
  writer.insert(object('1'))
  writer.want(want('ours'))
  await settled()
  writer.remove('MailProxy/mail/corp')
  writer.want(new Map())
  await settled()
  assert.equal(api.calls.length, 1)
  await writer.close()
})

test('who lost the lead while it waited for its turn does not write', async () => {
  const { api, clock, writer, state } = fixture()
  for (let at = 0; at < 101; at++) writer.insert(object('1', undefined, `p${at}`))
  writer.want(new Map(Array.from({ length: 101 }, (_, at) => [`mail/p${at}`, wanted('one')])))
  for (let turn = 0; turn < 120; turn++) await settled()
  assert.equal(api.calls.length, 100)
  state.leads = false
  clock.pass(20)
  await settled()
  assert.equal(api.calls.length, 100)
  await writer.close()
})

test('what could not be written is tried again, later each time, and told once', async () => {
  const { api, clock, writer, state } = fixture()
  const good = api.answer
  api.answer = () => refusal(500)
  writer.insert(object('1'))
  writer.want(want('one'))
  await settled()
  for (const [delay, calls] of [
    [199, 1],
    [1, 2],
    [399, 2],
    [1, 3],
  ] as const) {
    clock.pass(delay)
    await settled()
    assert.equal(api.calls.length, calls)
  }
  api.answer = good
  clock.pass(800)
  await settled()
  assert.deepEqual([api.calls.length, state.failed], [4, 1])
  await writer.close()
})

test('an object that is gone is left alone', async () => {
  const { api, clock, writer } = fixture()
  api.answer = () => refusal(404)
  writer.insert(object('1'))
  writer.want(want('one'))
  await settled()
  clock.pass(600_000)
  await settled()
  assert.equal(api.calls.length, 1)
  await writer.close()
})
