/**
 * What only a node of our own can show: its ports as those of a DaemonSet's pods, and mail while the
 * API server is gone. The tests go on where the last one ended.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type OwnNode, ownNode } from '../support/cluster.ts'
import { lengths } from '../support/lengths.ts'
import { chart, eventually, imageFlags, lastLine, type Said, Site, values } from './site.ts'

const clients = fileURLToPath(new URL('client.ts', import.meta.url))
let node: OwnNode
let site: Site

before(async () => {
  node = await ownNode('one')
  site = new Site(node)
  await site.prepare('privileged')
  await addHost()
})
after(() => node[Symbol.asyncDispose]())

const outside = '10.240.0.9'
/** A host beside the node: it needs no part of Kubernetes to reach it. */
async function addHost(): Promise<void> {
  for (const line of [
    'netns add outside',
    'link add outside type veth peer name eth0 netns outside',
    'link set outside master node0 up',
    `-n outside address add ${outside}/24 dev eth0`,
    '-n outside link set eth0 up',
    // As if the node were a router: Services are reached through it, too.
    `-n outside route add default via ${node.address}`,
  ])
    await node.inside('ip', ...line.split(' '))
}

/** A mail client on that host. */
const client = async (...words: readonly string[]): Promise<Said> =>
  lastLine(await node.inside('ip', 'netns', 'exec', 'outside', process.execPath, clients, ...words))

test('the pods of a DaemonSet take the mail ports of their node, and see the clients there', async () => {
  const flags = [`--values=${chart}/ci/daemonset-values.yaml`, `--values=${values}`]
  const place = ['--namespace=postern', '--wait', '--timeout=2m']
  node.helm(['install', 'postern', chart, ...flags, ...imageFlags(node.images.postern), ...place])
  assert.match(String((await client('send', node.address)).taken), /^250 /)
  assert.deepEqual((await client('read', node.address)).subjects, ['Subject: from a pod'])
  const log = ['logs', 'daemonset/postern', '--container=relay', '--namespace=postern']
  const told = /"msg":"session ended"/g
  const said = await eventually(
    () => node.kubectl(log),
    text => [...text.matchAll(told)].length >= 2,
  )
  const seen = [...said.matchAll(/"client":"([^"]+):\d+"/g)].map(([, address]) => address)
  assert.deepEqual(seen, [outside, outside])
})

const pidOf = async (program: string): Promise<string> => {
  const found = await node
    .inside('pgrep', '--full', `^node( --[^ ]+)* src/bin/${program}`)
    .catch(() => '')
  return found.trim()
}

/** Kills a container by its first process; gives what took its place. */
async function killed(program: string): Promise<string> {
  const before = await pidOf(program)
  await node.inside('kill', '-KILL', before)
  return eventually(
    () => pidOf(program),
    now => now !== '' && now !== before,
  )
}

test('with the API server gone mail goes on, also when the controller and then the relay are killed', async t => {
  const seconds = lengths.apiServerGone / 1_000
  const service = site.address
  await node.apiServer('stop')
  const flows = [service, node.address].map(at => client('flow', at, String(seconds)))
  await killed('supervise.js')
  await killed('relay.js')
  for (const { done = 0, gap = 0, ...rest } of await Promise.all(flows)) {
    t.diagnostic(`${done} sessions in ${seconds} s, none for ${gap} ms, ${JSON.stringify(rest)}`)
    // The relay has to start.
    assert.ok(gap < 10_000, String(gap))
    assert.ok(done > seconds, String(done))
  }
})

test('with the API server back no session fails, and what changes is carried out, with few writes', async t => {
  const flow = client('flow', node.address, String(lengths.apiServerBack / 1_000))
  await node.apiServer('start')
  const began = performance.now()
  const pop3 = { name: 'pop3s', protocol: 'POP3', port: 2995, tls: 'Implicit' }
  const listener = { ...pop3, backendRefs: [{ name: 'mail', port: 110 }] }
  const patch = JSON.stringify([{ op: 'add', path: '/spec/listeners/-', value: listener }])
  node.kubectl(['patch', 'mp', 'corp', '--namespace=mail', '--type=json', `--patch=${patch}`])
  await eventually(
    () => site.ports().get('tcp-2995'),
    port => port === 2995,
    120_000,
  )
  t.diagnostic(`followed again ${Math.round(performance.now() - began)} ms after its return`)
  const { done, failed, faults } = await flow
  assert.equal(failed, 0, JSON.stringify(faults))
  const [pod] = site.pods()
  const page = node.kubectl([
    ...['get', '--raw', `/api/v1/namespaces/postern/pods/${pod?.name}:9126/proxy/metrics`],
  ])
  const writes = /^postern_status_updates_total\{result="success"\} (\d+)$/m.exec(page)?.[1]
  t.diagnostic(`${done} sessions, ${writes} writes of a status`)
  assert.ok(Number(writes) <= 4, page)
})
