/** The chart on a real node: pods, probes, signals, Services. The tests go on where the last one ended. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Cluster, cluster as openCluster } from '../support/cluster.ts'
import { lengths } from '../support/lengths.ts'
import { chart, eventually, imageFlags, lastLine, leftAt, pair, Site, values } from './site.ts'

let cluster: Cluster
let site: Site

before(async () => {
  cluster = await openCluster()
  site = new Site(cluster)
  await site.prepare('restricted')
})

after(async () => {
  site.clean()
  await cluster[Symbol.asyncDispose]()
})

const helm = (verb: string, ...more: readonly string[]): string =>
  cluster.helm([verb, 'postern', ...more, '--namespace=postern'])
const mebibyte = 1_048_576
const waiting = ['--wait', '--timeout=2m'] as const
const given = (): readonly string[] => [`--values=${values}`, ...imageFlags(cluster.images.postern)]
interface Conditions {
  readonly Programmed?: string
  readonly BackendsTrusted?: string
}
const conditions = (): Conditions => {
  const name = ['get', 'mailproxy', 'corp', '--namespace=mail', '--output=json']
  const { status } = JSON.parse(cluster.kubectl(name))
  const found: readonly { type: string; status: string; reason: string }[] = status.conditions
  return Object.fromEntries(found.map(({ type, status, reason }) => [type, `${status} ${reason}`]))
}

test('a first install brings the kinds, a MailProxy in its values, and ready pods', async () => {
  const said = helm('install', chart, ...given(), ...waiting)
  assert.match(said, /kubectl get mailproxies/)
  assert.deepEqual(
    site.pods().map(({ ready }) => ready),
    [true, true],
  )
  const seen = await eventually(conditions, ({ Programmed }) => Programmed === 'True Programmed')
  assert.partialDeepStrictEqual(seen, {
    Accepted: 'True Accepted',
    ResolvedRefs: 'True ResolvedRefs',
  })
})

test('the namespace takes restricted pods only', () => {
  const words = ['run', 'free', '--image=localhost/none', '--dry-run=server', '--namespace=postern']
  assert.throws(() => cluster.kubectl(words), /violates PodSecurity "restricted/)
})

test('a mail goes in by submission and comes out by IMAP, through the Service', async () => {
  assert.match(String((await site.client('send')).taken), /^250 /)
  assert.deepEqual((await site.client('read')).subjects, ['Subject: from a pod'])
})

test('a renewed certificate is served within a second, and no session fails for it', async t => {
  const flow = site.begin('flow', '12')
  for (let round = 0; round < 3; round++) {
    const next = await pair()
    const served = site.begin('served', new X509Certificate(next.certificate).fingerprint256)
    // It asks from here on.
    await delay(1_500)
    site.renew(next)
    const applied = Date.now()
    const { at = 0 } = lastLine(await served)
    t.diagnostic(`served ${at - applied} ms after it was applied`)
    assert.ok(at - applied < 1_000, String(at - applied))
  }
  assert.partialDeepStrictEqual(lastLine(await flow), { failed: 0, faults: [] })
})

test('what the backends believe stands in the status', async () => {
  const seen = await eventually(
    conditions,
    ({ BackendsTrusted = '' }) => !BackendsTrusted.startsWith('Unknown'),
  )
  assert.match(seen.BackendsTrusted ?? '', /^(True|False) /)
})

test('helm test greets every listener', () => {
  assert.match(helm('test', '--timeout=1m'), /Phase: +Succeeded/)
})

test('only the controller holds a token, and neither can write but to the shared memory', async () => {
  const [pod] = site.pods()
  assert.ok(pod)
  const look = `const { existsSync, readFileSync, writeFileSync } = require('fs')
    const writable = path => { try { writeFileSync(path + '/x', ''); return true } catch { return false } }
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\\n').map(line => line.split(' '))
    console.log(JSON.stringify({
      uid: process.getuid(),
      token: existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token'),
      root: writable('') || writable('/postern'),
      handoff: mounts.find(([, path]) => path === '/run/postern')[2],
    }))`
  const found = { uid: 65_532, root: false, handoff: 'tmpfs' }
  assert.deepEqual(lastLine(await site.inContainer(pod.name, 'relay', look)), {
    ...found,
    token: false,
  })
  assert.deepEqual(lastLine(await site.inContainer(pod.name, 'controller', look)), {
    ...found,
    token: true,
  })
})

/** Sends a signal to the supervised controller, if it runs. */
const toChild = (signal: string): string => `const { readdirSync, readFileSync } = require('fs')
  for (const pid of readdirSync('/proc').filter(name => +name > 1)) try {
    const words = readFileSync('/proc/' + pid + '/cmdline', 'utf8').split('\\0')
    if (words[1] === 'src/bin/controller.js') process.kill(+pid, '${signal}')
  } catch {}`

test('a controller that is killed again and again leaves its pod ready and the mail flowing', async t => {
  const before = site.pods()
  const seconds = lengths.childKilled / 1_000
  const flow = site.begin('flow', String(seconds))
  const until = Date.now() + lengths.childKilled
  while (Date.now() < until) {
    await Promise.all(
      before.map(({ name }) => site.inContainer(name, 'controller', toChild('SIGKILL'))),
    )
    await delay(1_000)
    assert.deepEqual(site.pods(), before)
  }
  const { done = 0, ...rest } = lastLine(await flow)
  t.diagnostic(`${done} sessions in ${seconds} s, ${JSON.stringify(rest)}`)
  assert.partialDeepStrictEqual(rest, { failed: 0, faults: [] })
  // At the least one a second.
  assert.ok(done > seconds, String(done))
})

/** Ends the first process of a container, which takes along whoever asks for it. */
const end = (pod: string, container: string, signal: string): Promise<string> =>
  site.inContainer(pod, container, `process.kill(1, '${signal}')`).catch(() => '')

const restartsOf = (container: string): number =>
  site.pods().reduce((sum, { restarts }) => sum + (restarts[container] ?? 0), 0)
const allReady = (): boolean => site.pods().every(({ ready }) => ready)

test('the container of a controller that ends is started again, and no session is cut', async () => {
  const idle = site.begin('idle', '5', '12')
  const [pod] = site.pods()
  assert.ok(pod)
  await end(pod.name, 'controller', 'SIGTERM')
  await eventually(
    () => restartsOf('controller'),
    count => count === 1,
  )
  await eventually(allReady, ready => ready)
  assert.partialDeepStrictEqual(lastLine(await idle), { ended: 0, open: 5 })
})

test('a relay that ends while its controller stands still takes the last good text up again', async () => {
  const pods = site.pods().map(({ name }) => name)
  const signal = (name: string) =>
    Promise.all(pods.map(pod => site.inContainer(pod, 'controller', toChild(name))))
  await signal('SIGSTOP')
  for (const pod of pods) await end(pod, 'relay', 'SIGINT')
  await eventually(
    () => restartsOf('relay'),
    count => count === 2,
  )
  await eventually(allReady, ready => ready)
  assert.match(String((await site.client('send')).taken), /^250 /)
  await signal('SIGCONT')
})

test('a rollout under 200 idle sessions: the mail that is being sent arrives, the relay goes before its controller', async () => {
  const old = site.pods().map(({ name }) => name)
  const logs = old.flatMap(name =>
    ['relay', 'controller'].map(async container => {
      const words = ['logs', '--namespace=postern', '--follow', '--tail=1', name, '-c', container]
      return { name, container, said: await cluster.start(words) }
    }),
  )
  const idle = site.begin('idle', '200')
  await eventually(sessions, count => count >= 200)
  const sending = site.begin('send', '16')
  await eventually(sessions, count => count >= 201)
  cluster.kubectl(['rollout', 'restart', 'deployment/postern', '--namespace=postern'])
  cluster.kubectl([
    'rollout',
    'status',
    'deployment/postern',
    '--namespace=postern',
    '--timeout=2m',
  ])
  assert.match(String(lastLine(await sending).taken), /^250 /)
  assert.partialDeepStrictEqual(lastLine(await idle), { ended: 200 })
  const ends = (await Promise.all(logs)).map(({ name, container, said }) => ({
    name,
    container,
    at: leftAt(said),
  }))
  for (const pod of old) {
    const at = (container: string) =>
      ends.find(end => end.name === pod && end.container === container)?.at
    assert.ok(String(at('relay')) < String(at('controller')), JSON.stringify(ends))
  }
  assert.ok(allReady())
})

/** The sessions that the relays have, as their metrics say. */
function sessions(): number {
  const found = metrics(9125)
    .join('\n')
    .matchAll(/^postern_connections_active\{.*\} (\d+)$/gm)
  return [...found].reduce((sum, [, count]) => sum + Number(count), 0)
}

test('an upgrade with another listener opens its port on the Service, one with an autoscaler adds a pod, and a rollback ends both', async () => {
  const pop3 = {
    name: 'pop3s',
    protocol: 'POP3',
    port: 2995,
    tls: 'Implicit',
    backendRefs: [{ name: 'mail', port: 110 }],
  }
  const listeners = `mailProxies.corp.spec.listeners=${JSON.stringify([pop3])}`
  helm(
    'upgrade',
    chart,
    ...given(),
    '--set-json',
    listeners,
    '--set=shutdown.sessions=5,autoscaling.enabled=true,autoscaling.minReplicas=3',
    ...waiting,
  )
  await eventually(
    () => site.ports().get('tcp-2995'),
    port => port === 2995,
  )
  assert.equal(site.ports().get('imaps'), 993)
  // Without metrics an autoscaler still keeps the least, and Helm leaves the count to it.
  const ready = () => site.pods().filter(one => one.ready).length
  await eventually(ready, count => count === 3)
  helm('rollback', ...waiting)
  await eventually(
    () => site.ports().has('tcp-2995'),
    there => !there,
  )
  await eventually(ready, count => count === 2)
  assert.match(String((await site.client('read')).exists), /^\* \d+ EXISTS$/)
})

test('an upgrade whose controller cannot start leaves the old pods to serve', async () => {
  const bad = '--set=controller.extraArgs={--no-such-flag}'
  assert.throws(() => helm('upgrade', chart, ...given(), bad, '--wait', '--timeout=15s'))
  assert.ok(Array.isArray((await site.client('read')).subjects))
  helm('rollback', ...waiting)
})

/** What each pod says on a port. */
function metrics(port: number): readonly string[] {
  return site.pods().map(({ name }) => {
    const path = `/api/v1/namespaces/postern/pods/${name}:${port}/proxy/metrics`
    return cluster.kubectl(['get', '--raw', path])
  })
}

test('both programs serve metrics, one controller leads, and none holds more than it asks of its node', () => {
  const [relays, controllers] = [metrics(9125), metrics(9126)]
  for (const page of relays) assert.match(page, /^postern_config_applied_info\{/m)
  const leads = controllers.filter(page => /^leader_election_master_status\{.*\} 1$/m.test(page))
  assert.equal(leads.length, 1)
  const most = (pages: readonly string[]): number =>
    Math.max(...pages.map(page => Number(/^process_resident_memory_bytes (\d+)/m.exec(page)?.[1])))
  assert.ok(most(relays) < 128 * mebibyte, `${most(relays)}`)
  assert.ok(most(controllers) < 192 * mebibyte, `${most(controllers)}`)
})

test('uninstalling takes all away but the kinds', () => {
  helm('uninstall', '--wait')
  assert.throws(() => site.get(['service', 'postern']), /NotFound/)
  assert.equal(
    cluster.kubectl([
      'get',
      'clusterroles',
      '--selector=app.kubernetes.io/part-of=postern',
      '-o',
      'name',
    ]),
    '',
  )
  assert.match(cluster.kubectl(['get', 'crds', '-o', 'name']), /mailproxies\.postern\.dev/)
})
