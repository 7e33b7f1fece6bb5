import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prunes } from '../../src/kube/prune.ts'
import { Reflector } from '../../src/kube/reflector.ts'
import { tooLarge } from '../../src/kube/reply.ts'
import { resources } from '../../src/kube/resources.ts'
import { StillClock } from '../source/still-clock.ts'
import { listOf, named, refusal, ScriptedApi, settled } from './scripted-api.ts'

function fixture() {
  const api = new ScriptedApi()
  const clock = new StillClock()
  const told: string[] = []
  const reflector = new Reflector({
    watched: { resource: resources.configMap, labelSelector: 'a=b', prune: prunes.configMap },
    client: api,
    clock,
    random: () => 0,
    meters: {
      listed: () => {},
      restarted: why => told.push(`end ${why}`),
      event: () => {},
      missed: count => told.push(`missed ${count}`),
    },
    holder: {
      insert: ({ metadata, kind }) =>
        told.push(`+${kind}/${metadata.name}@${metadata['resourceVersion']}`),
      remove: key => told.push(`-${key}`),
    },
    synced: () => told.push('synced'),
    fault: message => told.push(message === undefined ? 'well' : `fault ${message}`),
  })
  /** What was told since it was asked last. */
  const news = () => told.splice(0)
  /** The reflector with a list of one, watching. */
  const watching = async () => {
    api.answer = () => listOf('10', [named('a', '5')])
    reflector.start()
    await settled()
    news()
  }
  return { api, clock, reflector, news, watching }
}

const queryOf = ({ api }: { readonly api: ScriptedApi }) => ({ ...api.last?.query })

test('it lists in pages, tells them at once, and watches from there', async () => {
  const all = fixture()
  const { api, reflector, news } = all
  const pages = [listOf('9', [named('a', '5')], 'more'), listOf('10', [named('b', '7')])]
  const queries: unknown[] = []
  api.answer = call => {
    queries.push(call.query)
    assert.deepEqual(news(), [], 'half a list was told')
    return pages.shift() ?? refusal(500)
  }
  reflector.start()
  await settled()
  assert.deepEqual(queries, [
    { labelSelector: 'a=b', limit: '500', resourceVersion: '0' },
    { labelSelector: 'a=b', limit: '500', continue: 'more' },
  ])
  assert.deepEqual(news(), ['+ConfigMap/a@5', '+ConfigMap/b@7', 'synced'])
  assert.deepEqual(queryOf(all), {
    labelSelector: 'a=b',
    watch: 'true',
    resourceVersion: '10',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '290',
  })
  await reflector.close()
})

test('events are told as they come, and a bookmark moves the place to go on from', async () => {
  const all = fixture()
  const { api, clock, reflector, news, watching } = all
  await watching()
  api.say('ADDED', named('b', '11'))
  api.say('MODIFIED', named('a', '12'))
  api.say('DELETED', named('b', '13'))
  api.say('BOOKMARK', { metadata: { resourceVersion: '20' } })
  await settled()
  assert.deepEqual(news(), ['+ConfigMap/b@11', '+ConfigMap/a@12', '-ConfigMap/mail/b'])
  api.watches.at(-1)?.end()
  await settled()
  assert.deepEqual(news(), ['end ended'])
  assert.equal(queryOf(all)['resourceVersion'], '20')
  clock.pass(1_000)
  await reflector.close()
})

test('after an expired version the newest list is compared by uid and version', async () => {
  const all = fixture()
  const { api, reflector, news, watching } = all
  await watching()
  api.answer = () => listOf('30', [named('a', '5', 'another'), named('c', '25')])
  api.say('ERROR', { code: 410, message: 'too old' })
  await settled()
  assert.deepEqual(news(), ['end expired', '+ConfigMap/a@5', '+ConfigMap/c@25'])
  assert.deepEqual(api.calls.at(-2)?.query, { labelSelector: 'a=b', limit: '500' })
  assert.equal(queryOf(all)['resourceVersion'], '30')
  await reflector.close()
})

test('what a list does not have any more is told as gone', async () => {
  const { api, reflector, news, watching } = fixture()
  await watching()
  api.answer = () => listOf('30', [])
  api.say('ERROR', { code: 410 })
  await settled()
  assert.deepEqual(news(), ['end expired', '-ConfigMap/mail/a'])
  await reflector.close()
})

const corruptions = ['{', '[]', '{"type":"NEWS","object":{}}', '{"type":"ADDED","object":{}}']
for (const line of corruptions)
  test(`${line} ends the watch, which goes on where it was after a pause`, async () => {
    const all = fixture()
    const { api, clock, reflector, news, watching } = all
    await watching()
    api.watches.at(-1)?.write(`${line}\n`)
    await settled()
    assert.deepEqual(news(), ['end corrupt', 'fault the watch sent what is no event'])
    const before = api.calls.length
    clock.pass(799)
    await settled()
    assert.equal(api.calls.length, before)
    clock.pass(1)
    await settled()
    assert.equal(queryOf(all)['resourceVersion'], '10')
    assert.deepEqual(news(), ['well'])
    await reflector.close()
  })

test('silence of two and a half minutes ends a watch; bookmarks are no silence', async () => {
  const { api, clock, reflector, news, watching } = fixture()
  await watching()
  clock.pass(149_999)
  api.say('BOOKMARK', { metadata: { resourceVersion: '11' } })
  await settled()
  clock.pass(149_999)
  await settled()
  assert.deepEqual(news(), [])
  clock.pass(1)
  await settled()
  assert.deepEqual(news(), ['end silent', 'fault the watch fell silent'])
  await reflector.close()
})

const refusals: readonly (readonly [code: number, retryAfter: number | undefined, wait: number])[] =
  [
    [500, undefined, 800],
    [429, 5_000, 5_000],
    [503, 100, 100],
    [403, undefined, 30_000],
    [404, undefined, 60_000],
  ]
for (const [code, retryAfter, delay] of refusals)
  test(`${code}${retryAfter ? ` with Retry-After ${retryAfter} ms` : ''} is tried again after ${delay} ms`, async () => {
    const { api, clock, reflector, news } = fixture()
    api.answer = () => refusal(code, retryAfter)
    reflector.start()
    await settled()
    assert.deepEqual(news(), [`fault ${code} Planted: planted`])
    clock.pass(delay - 1)
    await settled()
    assert.equal(api.calls.length, 1)
    clock.pass(1)
    await settled()
    assert.equal(api.calls.length, 2)
    // The same fault is not told again.
    assert.deepEqual(news(), [])
    await reflector.close()
  })

test('a page that is too large is asked for in small pages', async () => {
  const { api, reflector, news } = fixture()
  api.answer = ({ query }) =>
    query?.['limit'] === '25' ? listOf('10', [named('a', '5')]) : { kind: 'lost', reason: tooLarge }
  reflector.start()
  await settled()
  assert.deepEqual(news(), ['+ConfigMap/a@5', 'synced'])
  await reflector.close()
})

test('what a watch missed is found within the hour, at the very version that it had come to', async () => {
  const { api, clock, reflector, news, watching } = fixture()
  await watching()
  const asked: unknown[] = []
  api.answer = ({ query }) => {
    asked.push(query)
    return listOf('11', [named('a', '5'), named('lost', '8')])
  }
  // As a server would, the watch ends in time and bookmarks come.
  for (let minute = 0; minute < 66; minute++) {
    clock.pass(60_000)
    await settled()
    api.say('BOOKMARK', { metadata: { resourceVersion: '11' } })
    await settled()
  }
  assert.deepEqual(asked, [
    { labelSelector: 'a=b', limit: '500', resourceVersion: '11', resourceVersionMatch: 'Exact' },
  ])
  assert.deepEqual(
    news().filter(one => !one.startsWith('end') && !/silent|well/.test(one)),
    ['+ConfigMap/lost@8', 'missed 1'],
  )
  await reflector.close()
})

test('a loop that stands still for a quarter of an hour is wedged, one that waits is not', async () => {
  const { api, clock, reflector, watching } = fixture()
  await watching()
  for (let minute = 0; minute < 30; minute++) {
    clock.pass(60_000)
    await settled()
    assert.ok(!reflector.wedged())
  }
  api.answer = () => new Promise(() => {})
  api.watch = () => new Promise(() => {})
  clock.pass(600_000)
  await settled()
  clock.pass(900_001)
  assert.ok(reflector.wedged())
})

const moments: readonly (readonly [what: string, prepare: (api: ScriptedApi) => void])[] = [
  [
    'a list',
    api => {
      api.answer = call => untilAborted(call.signal)
    },
  ],
  [
    'the beginning of a watch',
    api => {
      api.answer = () => listOf('10', [])
      api.watch = call => untilAborted(call.signal)
    },
  ],
  [
    'a watch',
    api => {
      api.answer = () => listOf('10', [])
    },
  ],
  [
    'a pause',
    api => {
      api.answer = () => refusal(500)
    },
  ],
]
for (const [what, prepare] of moments)
  test(`ended during ${what}, it leaves nothing open and asks for nothing more`, async () => {
    const { api, clock, reflector } = fixture()
    prepare(api)
    reflector.start()
    await settled()
    const before = api.calls.length
    await reflector.close()
    clock.pass(3_600_000)
    await settled()
    assert.equal(api.calls.length, before)
    assert.ok(api.watches.every(({ destroyed }) => destroyed))
  })

function untilAborted(signal: AbortSignal | undefined) {
  return new Promise<{ readonly kind: 'lost'; readonly reason: string }>(resolve => {
    signal?.addEventListener('abort', () => resolve({ kind: 'lost', reason: 'aborted' }))
  })
}
