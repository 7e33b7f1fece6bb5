import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bundleVersion } from '../../src/api/crd.ts'
import { clusterController } from '../support/cluster-controller.ts'
import { classNamed, mailProxyFor } from '../support/cluster-objects.ts'
import { type ClusterSite, clusterSite } from '../support/cluster-site.ts'
import { eventually } from '../support/programs.ts'

let site: ClusterSite
before(async () => {
  site = await clusterSite()
})
after(() => site[Symbol.asyncDispose]())

const run = (name: string) =>
  clusterController(site.plane.kubeconfig, ['--lease-name', name, '--class-name', name])

test('an object that moves to a class of others loses our conditions and listeners', async () => {
  site.tenant('left')
  const controller = await run('left')
  const proxied = { namespace: 'left', port: 2160, className: 'left' }
  site.apply(mailProxyFor(proxied))
  await site.condition('left', 'Programmed', 'True')
  site.apply(mailProxyFor({ ...proxied, className: 'elsewhere' }))
  const ours = () =>
    (site.get('mp', 'left', 'corp').status?.conditions ?? []).filter(
      ({ reason }) => reason !== 'Pending',
    )
  await eventually('no condition of ours', () => ours().length === 0, 20_000)
  assert.deepEqual(site.get('mp', 'left', 'corp').status?.listeners ?? [], [])
  site.apply(mailProxyFor(proxied))
  await site.condition('left', 'Programmed', 'True')
  await controller.close()
})

test('a second default class is told', async () => {
  site.tenant('defaults')
  const marked = (name: string) => ({
    ...classNamed(name),
    metadata: {
      name,
      annotations: { 'mailproxyclass.postern.dev/is-default-class': 'true' },
    },
  })
  site.apply(marked('first'), marked('second'))
  const controller = await run('defaults')
  const { where } = await controller.logged('the idle class', ({ message }) =>
    String(message).includes('marked as the default'),
  )
  assert.equal(where, 'MailProxyClass second')
  await controller.close()
  site.plane.kubectl(['delete', 'mailproxyclass', 'first', 'second'])
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
