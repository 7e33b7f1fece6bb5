import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type ClusterController,
  clusterController,
  hurried,
  type LogRecord,
} from '../support/cluster-controller.ts'
import { mailProxyFor, sliceWith } from '../support/cluster-objects.ts'
import { type ClusterSite, clusterSite } from '../support/cluster-site.ts'
import { type Asked, type Fault, type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import { lengths } from '../support/lengths.ts'
import { eventually } from '../support/programs.ts'

let site: ClusterSite
/** Sees no fault. */
let sound: ClusterController
let proxy: FaultProxy
let tried: ClusterController

const flags = ['--class-name', 'faults']

before(async () => {
  site = await clusterSite()
  site.tenant('faults')
  site.apply(mailProxyFor({ namespace: 'faults', port: 2143, className: 'faults' }))
  sound = await clusterController(site.plane.kubeconfig, ['--lease-name', 'sound', ...flags])
  proxy = await faultProxy(site.plane.kubeconfig, site.dir)
  // Ten times as fast: what waits for minutes is waited for in seconds.
  tried = await clusterController(proxy.kubeconfig, ['--lease-name', 'tried', ...flags], {
    clock: hurried(10),
  })
  await agreed()
})
after(async () => {
  await proxy[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

let changes = 0
/** Something that both have to see. */
function change(): string {
  const address = `10.1.0.${++changes}`
  site.apply(sliceWith('faults', 'dovecot', 1143, [address]))
  return address
}

/** After whatever happened both have the same text, and it has the latest address. */
async function agreed(address = change()): Promise<void> {
  await sound.until('the sound one to see it', text => text.includes(`server ${address}:`))
  const expected = await sound.text()
  await eventually('both to agree', async () => (await tried.text()) === expected, 60_000)
}

const isWatch = ({ query }: Asked) => query.get('watch') === 'true'
const isList = (asked: Asked) =>
  asked.method === 'GET' && !isWatch(asked) && !asked.path.includes('/leases')

/** This fault for the first so many requests that satisfy `is`. */
function first(count: number, is: (asked: Asked) => boolean, fault: Fault): () => number {
  let left = count
  proxy.judge = asked => {
    if (left === 0 || !is(asked)) return undefined
    left--
    return fault
  }
  return () => left
}

/** Every kind is watched again after what the last test did to it. */
beforeEach(() =>
  eventually('every kind to be watched', async () => proxy.openWatches() >= 7, 60_000),
)

test('latency delays and loses nothing', async () => {
  proxy.judge = () => ({ do: 'delay', ms: 200 })
  proxy.cutWatches()
  await agreed()
  proxy.judge = () => undefined
})

test('watches that break off in the middle of a line go on where they were, without a list', async () => {
  const before = proxy.asked.length
  const lost = () => tried.metric('postern_reflector_watches_total', 'EndpointSlice', 'lost')
  const already = await lost()
  // One that was between two watches when the others were cut is cut with the next.
  const cut = async () => {
    if (proxy.openWatches() >= 7) proxy.cutWatches()
    return (await lost()) > already
  }
  await eventually('the watch of the slices to break off', cut, 60_000)
  await agreed()
  assert.deepEqual(proxy.asked.slice(before).filter(isList), [])
})

test('a watch that falls silent is given up, and what it missed is seen', async () => {
  proxy.freezeWatches()
  await agreed()
  const silent = await tried.metric('postern_reflector_watches_total', 'reason="silent"')
  assert.ok(silent >= 1)
})

test('an expired version, in the stream or as an answer, costs a list', async () => {
  first(7, isWatch, { do: 'expire' })
  proxy.cutWatches()
  await agreed()
  first(7, isWatch, { do: 'answer', code: 410 })
  proxy.cutWatches()
  await agreed()
  const expired = await tried.metric('postern_reflector_watches_total', 'reason="expired"')
  assert.ok(expired >= 2)
})

test('an API server that asks for patience is given it', async () => {
  const left = first(7, isWatch, { do: 'answer', code: 429, retryAfter: 5 })
  proxy.cutWatches()
  const began = performance.now()
  await agreed()
  // Five seconds in a clock that runs ten times as fast.
  assert.ok(performance.now() - began >= 450)
  assert.equal(left(), 0)
})

test('bursts of 500 and requests that hang are got over', async () => {
  first(30, () => true, { do: 'answer', code: 500 })
  proxy.cutWatches()
  await agreed()
  const left = first(7, isWatch, { do: 'hang' })
  proxy.cutWatches()
  await eventually('all to hang', () => left() === 0, 60_000)
  await agreed()
})

test('a token that expired is read again and the request repeated', async () => {
  const before = tried.records.length
  first(1, isWatch, { do: 'answer', code: 401 })
  proxy.cutWatches()
  await agreed()
  const told = tried.records.slice(before).filter(({ msg }) => msg === 'the source has a fault')
  assert.deepEqual(
    told.filter(({ message }) => String(message).includes('401')),
    [],
  )
})

test('what is forbidden is said once, and does not take the rest away', async () => {
  const before = tried.records.length
  const isConfigMap = ({ path }: Asked) => path.endsWith('/configmaps')
  proxy.judge = asked => (isConfigMap(asked) ? { do: 'answer', code: 403 } : undefined)
  proxy.cutWatches()
  await agreed()
  const isTold = ({ where, message }: LogRecord) =>
    String(where).startsWith('configmaps of every namespace') && /403/.test(String(message))
  const told = () => tried.records.slice(before).filter(isTold)
  await eventually('the fault', () => told().length > 0)
  await agreed()
  assert.equal(told().length, 1)
  proxy.judge = () => undefined
  await eventually(
    'the fault to go',
    () => tried.records.slice(before).some(({ msg }) => msg === 'the faults are gone'),
    60_000,
  )
})

test('with the API server gone the text stays, and it is followed again when it is back, without a write', async t => {
  const before = await tried.text()
  await proxy.leave()
  const address = change()
  await sound.until('the sound one to see it', text => text.includes(address))
  const lost = () =>
    tried.records.findLast(record => String(record['msg']).endsWith('leading'))?.['msg']
  await eventually('it to lead no more', () => lost() === 'not leading', 60_000)
  await pause(lengths.apiServerGoneInHurry)
  assert.equal(await tried.text(), before)
  const asked = proxy.asked.length
  await proxy.comeBack()
  const began = performance.now()
  await agreed(address)
  // In its own time.
  const took = Math.round((performance.now() - began) / 100)
  t.diagnostic(`followed again ${took} s after its return`)
  await eventually('it to lead again', () => lost() === 'leading', 60_000)
  await site.condition('faults', 'Programmed', 'True')
  const since = proxy.asked.slice(asked)
  const writes = since.filter(({ method, path }) => method !== 'GET' && !path.includes('/leases'))
  assert.deepEqual(writes, [])
})

test('nothing was ever missed by a watch', async () => {
  assert.equal(await tried.metric('postern_reflector_missed_events_total'), 0)
})
