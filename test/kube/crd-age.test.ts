import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundleVersion } from '../../src/api/crd.ts'
import type { Call, Reply } from '../../src/kube/client.ts'
import { CrdAge, isOlder } from '../../src/kube/crd-age.ts'
import type { Fault } from '../../src/source/source.ts'
import { StillClock } from '../source/still-clock.ts'
import { ok, refusal, ScriptedApi, settled } from './scripted-api.ts'

const versions: readonly (readonly [installed: string, needed: string, older: boolean])[] = [
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.1.1', true],
  ['0.9.9', '0.10.0', true],
  ['0.10.0', '0.9.9', false],
  ['1.0.0', '0.9.9', false],
  ['v0.1.0', '0.1.0', false],
  ['0.1.0-rc.1', '0.1.0', false],
  ['', '0.1.0', true],
  ['new', '0.1.0', true],
]
for (const [installed, needed, older] of versions)
  test(`a CRD of "${installed}" is ${older ? '' : 'not '}older than ${needed}`, () => {
    assert.equal(isOlder(installed, needed), older)
  })

function fixture() {
  const [api, clock] = [new ScriptedApi(), new StillClock()]
  let faults: readonly Fault[] = []
  const unseen: string[] = []
  const age = new CrdAge({
    client: api,
    clock,
    faults: found => {
      faults = found
    },
    unseen: reason => unseen.push(reason),
  })
  return {
    api,
    clock,
    age,
    unseen,
    places: () => faults.map(({ where }) => where),
    all: () => faults,
  }
}

const crdOf = (version: string): Reply =>
  ok({ metadata: { annotations: { 'postern.dev/bundle-version': version } } })

const proxies = 'CustomResourceDefinition mailproxies.postern.dev'
const classes = 'CustomResourceDefinition mailproxyclasses.postern.dev'

test('CRDs that are older are a fault that says how to upgrade them, until they were', async () => {
  const { api, clock, age, places, all } = fixture()
  let version = '0.0.1'
  api.answer = () => crdOf(version)
  age.start()
  await settled()
  assert.deepEqual(places(), [proxies, classes])
  assert.match(all()[0]?.message ?? '', /is of 0\.0\.1, .* kubectl apply --server-side -f /)
  version = bundleVersion
  clock.pass(300_000)
  await settled()
  assert.deepEqual(places(), [])
  await age.close()
})

test('what was known of the CRDs stands while nobody answers', async () => {
  const { api, clock, age, places, unseen } = fixture()
  const isClass = ({ path }: Call) => path.endsWith('/mailproxyclasses.postern.dev')
  api.answer = call => crdOf(isClass(call) ? bundleVersion : '0.0.1')
  age.start()
  await settled()
  api.answer = () => ({ kind: 'lost', reason: 'no answer in time' })
  clock.pass(300_000)
  await settled()
  assert.deepEqual(places(), [proxies])
  assert.deepEqual(unseen, [])
  await age.close()
})

test('that the CRDs must not be read is told once, and is no fault', async () => {
  const { api, clock, age, places, unseen } = fixture()
  api.answer = () => refusal(403)
  age.start()
  await settled()
  clock.pass(300_000)
  await settled()
  assert.equal(api.calls.length, 4)
  assert.deepEqual(places(), [])
  assert.deepEqual(unseen, ['planted'])
  await age.close()
})
