import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clusterController } from '../support/cluster-controller.ts'
import { mailProxyFor, sliceWith } from '../support/cluster-objects.ts'
import { type ClusterSite, clusterSite } from '../support/cluster-site.ts'
import { type Asked, faultProxy } from '../support/fault-proxy.ts'
import { eventually } from '../support/programs.ts'

let site: ClusterSite
before(async () => {
  site = await clusterSite()
})
after(() => site[Symbol.asyncDispose]())

const flagsOf = (name: string) => ['--lease-name', name, '--class-name', name]
const isWrite = ({ method, path }: Asked) => method !== 'GET' && !path.includes('/leases')

test('of two controllers both render and one writes; when it leaves the other does', async () => {
  site.tenant('two')
  await using first = await faultProxy(site.plane.kubeconfig, site.dir)
  await using second = await faultProxy(site.plane.kubeconfig, site.dir)
  const one = await clusterController(first.kubeconfig, flagsOf('two'))
  await one.logged('the first to lead', ({ msg }) => msg === 'leading')
  const other = await clusterController(second.kubeconfig, flagsOf('two'))
  site.apply(mailProxyFor({ namespace: 'two', port: 2143, className: 'two' }))
  await site.condition('two', 'Programmed', 'True')
  const isThere = (text: string) => text.includes('two/corp/imap')
  const texts = [await one.until('the text', isThere), await other.until('the text', isThere)]
  assert.equal(texts[0], texts[1])
  assert.ok(first.asked.some(isWrite))
  assert.deepEqual(second.asked.filter(isWrite), [])
  assert.equal(await one.metric('leader_election_master_status'), 1)
  assert.equal(await other.metric('leader_election_master_status'), 0)

  // It gives the Lease back, so nobody waits for it to run out.
  const began = performance.now()
  await one.close()
  await other.logged('the second to lead', ({ msg }) => msg === 'leading')
  assert.ok(performance.now() - began < 5_000)
  site.apply(mailProxyFor({ namespace: 'two', port: 2144, className: 'two' }))
  const programmed = await eventually('the second to write', () =>
    site
      .get('mp', 'two', 'corp')
      .status?.conditions?.find(
        ({ type, observedGeneration }) => type === 'Programmed' && observedGeneration === 2,
      ),
  )
  assert.equal(programmed.status, 'True')
  await other.close()
})

test('a leader that lost the API server writes nothing more, goes on rendering, and is replaced', async () => {
  site.tenant('lost')
  await using first = await faultProxy(site.plane.kubeconfig, site.dir)
  const one = await clusterController(first.kubeconfig, flagsOf('lost'))
  await one.logged('the first to lead', ({ msg }) => msg === 'leading')
  const other = await clusterController(site.plane.kubeconfig, flagsOf('lost'))
  // Its reads go on; of the Lease it hears nothing any more.
  first.judge = ({ path }) => (path.includes('/leases') ? { do: 'hang' } : undefined)
  await eventually(
    'the second to lead',
    () => other.records.some(({ msg }) => msg === 'leading'),
    30_000,
  )
  const ended = one.records.some(({ msg }) => msg === 'not leading')
  assert.ok(ended, 'the first knows that it leads no more before the second begins')
  const before = first.asked.length
  site.apply(mailProxyFor({ namespace: 'lost', port: 2145, className: 'lost' }))
  await site.condition('lost', 'Programmed', 'True')
  await one.until('the first to render', text => text.includes('lost/corp/imap'))
  assert.deepEqual(first.asked.slice(before).filter(isWrite), [])
  first.judge = () => undefined
  await one.close()
  await other.close()
})

test('some namespaces alone: no cluster-wide request, nothing of the others', async () => {
  site.tenant('inside')
  site.tenant('outside')
  await using proxy = await faultProxy(site.plane.kubeconfig, site.dir)
  const flags = [
    '--watch-namespaces',
    'inside',
    '--lease-namespace',
    'inside',
    ...flagsOf('inside'),
  ]
  const controller = await clusterController(proxy.kubeconfig, flags)
  site.apply(
    mailProxyFor({ namespace: 'inside', port: 2146, className: 'inside' }),
    mailProxyFor({ namespace: 'outside', port: 2147, className: 'inside' }),
  )
  await site.condition('inside', 'Programmed', 'True')
  site.apply(sliceWith('inside', 'dovecot', 1143, ['10.0.0.3']))
  await controller.until('the endpoint', text => text.includes('10.0.0.3'))
  assert.doesNotMatch(await controller.text(), /outside/)
  const beyond = proxy.asked.filter(({ path }) => !path.includes('/namespaces/inside/'))
  assert.deepEqual(beyond, [])
  await controller.close()
})
