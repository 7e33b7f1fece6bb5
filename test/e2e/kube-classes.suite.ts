import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bundleVersion } from '../../src/api/crd.ts'
import { clusterController } from '../support/cluster-controller.ts'
import { classNamed, mailProxyFor } from '../support/cluster-objects.ts'
import {
  type ClusterObject,
  type ClusterSite,
  type ConditionObject,
  clusterSite,
} from '../support/cluster-site.ts'
import { faultProxy } from '../support/fault-proxy.ts'
import { eventually } from '../support/programs.ts'

let site: ClusterSite
before(async () => {
  site = await clusterSite()
})
after(() => site[Symbol.asyncDispose]())

const run = (name: string) =>
  clusterController(site.plane.kubeconfig, ['--lease-name', name, '--class-name', name])

const isPending = ({ reason }: ConditionObject): boolean => reason === 'Pending'

test('an object that moves to a class of others loses our conditions and listeners', async () => {
  site.tenant('left')
  const controller = await run('left')
  const proxied = { namespace: 'left', port: 2160, className: 'left' }
  site.apply(mailProxyFor(proxied))
  await site.condition('left', 'Programmed', 'True')
  site.apply(mailProxyFor({ ...proxied, className: 'elsewhere' }))
  const told = () => site.get('mp', 'left', 'corp').status?.conditions ?? []
  await eventually('no condition of ours', () => told().every(isPending), 20_000)
  assert.deepEqual(site.get('mp', 'left', 'corp').status?.listeners ?? [], [])
  site.apply(mailProxyFor(proxied))
  await site.condition('left', 'Programmed', 'True')
  await controller.close()
})

test('an object that went to a class of another controller while none of ours led loses our conditions', async () => {
  site.tenant('past')
  site.apply(classNamed('of-others', 'example.com/other'))
  const proxied = { namespace: 'past', port: 2161, className: 'past' }
  const first = await run('past')
  site.apply(mailProxyFor(proxied))
  await site.condition('past', 'Programmed', 'True')
  await first.close()
  site.apply(mailProxyFor({ ...proxied, className: 'of-others' }))
  const second = await run('past')
  const told = () => site.get('mp', 'past', 'corp').status?.conditions ?? []
  await eventually('no condition of ours', () => told().every(isPending), 20_000)
  await second.close()
  site.plane.kubectl(['delete', 'mailproxyclass', 'of-others'])
})

const marked = (name: string, controller: string) => ({
  ...classNamed(name, controller),
  metadata: {
    name,
    annotations: { 'mailproxyclass.postern.dev/is-default-class': 'true' },
  },
})

const acceptedOf = (name: string): ConditionObject | undefined => {
  const words = ['get', 'mailproxyclass', name, '--output=json']
  const { status }: ClusterObject = JSON.parse(site.plane.kubectl(words))
  return status?.conditions?.find(({ type }) => type === 'Accepted')
}

test('a class says that it is served, and a second default that it is none; once', async () => {
  site.tenant('defaults')
  const own = 'postern.dev/defaults'
  await using proxy = await faultProxy(site.plane.kubeconfig, site.dir)
  site.apply(classNamed('foreign', 'example.com/other'), marked('older', own))
  // Ages are told in seconds; of the same age, the first by name is the older one.
  site.apply(marked('younger', own))
  const flags = ['--lease-name', 'defaults', '--controller-name', own]
  const controller = await clusterController(proxy.kubeconfig, flags)
  const { where } = await controller.logged('the idle class', ({ message }) =>
    String(message).includes('marked as the default'),
  )
  assert.equal(where, 'MailProxyClass younger')
  const younger = await eventually('the younger to be told', () => {
    const found = acceptedOf('younger')
    return found?.reason === 'DefaultIgnored' ? found : undefined
  })
  assert.equal(younger.status, 'True')
  assert.match(younger.message, /marked as the default, and has no effect as such: older is older/)
  assert.equal(acceptedOf('older')?.reason, 'Accepted')
  assert.equal(acceptedOf('foreign')?.reason, 'Pending')
  const events = ['get', 'events.events.k8s.io', '--namespace=default', '--output=json']
  const told = (): readonly string[] => {
    const { items } = JSON.parse(site.plane.kubectl(events))
    const all: readonly { type: string; reason: string; regarding: { name: string } }[] = items
    return all.map(({ type, reason, regarding }) => `${regarding.name} ${type} ${reason}`)
  }
  await eventually('an Event', () => told().includes('younger Warning DefaultIgnored'))
  assert.ok(told().includes('older Normal Accepted'))

  // A change that the condition does not speak of costs no write, one that it does costs one.
  site.plane.kubectl(['label', 'mailproxyclass', 'older', 'some=label'])
  site.plane.kubectl(['delete', 'mailproxyclass', 'older'])
  await eventually(
    'the younger to take its place',
    () => acceptedOf('younger')?.reason === 'Accepted',
  )
  const writes = proxy.asked.filter(
    ({ path }) => path.includes('mailproxyclasses/') && path.endsWith('/status'),
  )
  assert.deepEqual(writes.map(({ path }) => path.split('/').at(-2)).sort(), [
    'older',
    'younger',
    'younger',
  ])
  await controller.close()
  site.plane.kubectl(['delete', 'mailproxyclass', 'younger', 'foreign'])
})

test('CRDs that are older than the controller needs are told, and how to upgrade them', async () => {
  site.tenant('aged')
  const mark = (version: string) =>
    site.plane.kubectl([
      ...['annotate', 'crd', 'mailproxies.postern.dev', '--overwrite'],
      `postern.dev/bundle-version=${version}`,
    ])
  mark('0.0.1')
  const controller = await run('aged')
  const record = await controller.logged('the older CRD', ({ where }) =>
    String(where).startsWith('CustomResourceDefinition'),
  )
  assert.equal(record['where'], 'CustomResourceDefinition mailproxies.postern.dev')
  mark(bundleVersion)
  await controller.close()
})
