import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'yaml'
import type { Answer, ListenerAnswer } from '../../src/handoff/answer.ts'
import { listen } from '../../src/handoff/listen.ts'
import { accepted, load } from '../../src/handoff/load.ts'
import { volume } from '../handoff/volume.ts'
import { Records, run, start } from './controller-process.ts'

const proxy = (port: number, name = 'corp'): string => `
apiVersion: postern.dev/v1alpha1
kind: MailProxy
metadata: {name: ${name}, namespace: mail, generation: 3}
spec:
  serverName: mail.example.com
  listeners:
  - {name: mx, protocol: SMTP, port: ${port}, auth: {type: None}, backendRefs: [{name: postfix, port: 25}]}
`
const backend = `
apiVersion: v1
kind: Service
metadata: {name: postfix, namespace: mail}
spec: {ports: [{port: 25}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: postfix-1, namespace: mail, labels: {kubernetes.io/service-name: postfix}}
addressType: IPv4
ports: [{port: 2525}]
endpoints: [{addresses: [127.0.0.1]}]
`

interface Setting {
  readonly from: string
  readonly to: string
}

async function folders(): Promise<Setting> {
  const dir = await volume()
  const [from, to] = [join(dir, 'objects'), join(dir, 'handoff')]
  await mkdir(from)
  await writeFile(join(from, 'proxy.yaml'), proxy(2025))
  await writeFile(join(from, 'backend.yaml'), backend)
  return { from, to }
}

/** A relay that applies every listener of a text; `failing` names those that it cannot open. */
async function relay(t: TestContext, to: string, failing = new Set<string>()): Promise<void> {
  await mkdir(to, { recursive: true })
  const serving = await listen(to, async generation => {
    const { text = '' } = (await load(to, generation)) ?? {}
    await accepted(to, generation)
    const listeners = [...text.matchAll(/listen (\S+):(\d+).* name=([^;\s]+);/g)].map(
      ([, address = '', port, name = '']): ListenerAnswer => {
        const key = { name, address, port: Number(port) }
        return failing.has(name)
          ? { ...key, outcome: 'failed', reason: 'address in use' }
          : { ...key, outcome: 'applied' }
      },
    )
    return { kind: 'applied', generation, listeners } satisfies Answer
  })
  t.after(() => serving.close())
}

interface Running {
  readonly records: Records
  get(path: string): Promise<Response>
  stop(): Promise<number | null>
}

async function running(t: TestContext, { from, to }: Setting): Promise<Running> {
  const child = start(t, 'controller.js', '--from', from, '--to', to, '--http', '127.0.0.1:0')
  const records = new Records(child)
  const { port } = Object.fromEntries(await records.next('http'))
  return {
    records,
    get: path => fetch(`http://127.0.0.1:${port}${path}`),
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      return child.exitCode
    },
  }
}

const condition = (type: string, status: string) => (record: ReadonlyMap<string, unknown>) =>
  JSON.stringify(record.get('conditions')).includes(`"type":"${type}","status":"${status}"`)

test('a folder of objects becomes a text, an answer and a status, and edits follow', async t => {
  const setting = await folders()
  await relay(t, setting.to)
  const { records, get, stop } = await running(t, setting)
  const programmed = await records.next('status', condition('Programmed', 'True'))
  assert.equal(programmed.get('object'), 'mail/corp')
  assert.match(
    await readFile(join(setting.to, 'wanted'), 'utf8'),
    /listen 0\.0\.0\.0:2025 name=mail\/corp\/mx/,
  )
  assert.match(await readFile(join(setting.to, 'good'), 'utf8'), /server 127\.0\.0\.1:2525;/)

  const page = await get('/status')
  assert.match(page.headers.get('content-type') ?? '', /yaml/)
  const status = parse(await page.text())['mail/corp']
  assert.deepEqual(
    status.conditions.map((one: { type: string; status: string; observedGeneration: number }) => [
      one.type,
      one.status,
      one.observedGeneration,
    ]),
    [
      ['Accepted', 'True', 3],
      ['ResolvedRefs', 'True', 3],
      ['Programmed', 'True', 3],
    ],
  )
  assert.equal((await get('/readyz')).status, 200)
  assert.equal((await get('/healthz')).status, 200)
  const metrics = await (await get('/metrics')).text()
  for (const line of [
    'postern_rebuilds_total{result="changed"} 1',
    'postern_publishes_total{result="applied"} 1',
    'postern_mailproxies{namespace="mail",state="accepted"} 1',
    'postern_objects{kind="EndpointSlice"} 1',
    'postern_source_synced 1',
  ])
    assert.ok(metrics.includes(line), line)

  const began = performance.now()
  await writeFile(join(setting.from, 'second.yaml'), proxy(2026, 'second'))
  await records.next(
    'status',
    record => record.get('object') === 'mail/second' && condition('Programmed', 'True')(record),
  )
  assert.ok(performance.now() - began < 1_000)
  await rm(join(setting.from, 'second.yaml'))
  await records.next('rebuilt')
  assert.equal(await stop(), 0)
})

test('a broken edit says where, in the log and above the status, and changes nothing else', async t => {
  const setting = await folders()
  await relay(t, setting.to)
  const { records, get, stop } = await running(t, setting)
  await records.next('status', condition('Programmed', 'True'))
  const before = await readFile(join(setting.to, 'wanted'), 'utf8')
  await writeFile(join(setting.from, 'proxy.yaml'), `${proxy(2099)}  broken: [`)
  const fault = await records.next('the source has a fault')
  assert.match(String(fault.get('where')), /proxy\.yaml:\d+:\d+$/)
  assert.match(await (await get('/status')).text(), /^# .*proxy\.yaml:\d+:\d+: /)
  assert.equal(await readFile(join(setting.to, 'wanted'), 'utf8'), before)
  await writeFile(join(setting.from, 'proxy.yaml'), proxy(2099))
  await records.next('the faults are gone')
  await records.next('rebuilt')
  assert.equal(await stop(), 0)
})

test('an edit that the schema refuses is in the status, and the version before goes on', async t => {
  const setting = await folders()
  await relay(t, setting.to)
  const { records, stop } = await running(t, setting)
  await records.next('status', condition('Programmed', 'True'))
  const before = await readFile(join(setting.to, 'wanted'), 'utf8')
  await writeFile(join(setting.from, 'proxy.yaml'), proxy(0))
  const status = await records.next('status', condition('Accepted', 'False'))
  assert.match(
    JSON.stringify(status.get('conditions')),
    /spec\.listeners\[0\]\.port.*the version before goes on/,
  )
  assert.equal(await readFile(join(setting.to, 'wanted'), 'utf8'), before)
  assert.equal(await stop(), 0)
})

test('a listener that the relay cannot open is in the status of its object', async t => {
  const setting = await folders()
  await relay(t, setting.to, new Set(['mail/corp/mx']))
  const { records, stop } = await running(t, setting)
  const status = await records.next('status', condition('Programmed', 'False'))
  assert.match(JSON.stringify(status.get('conditions')), /ListenerFailed.*address in use/)
  assert.equal(await stop(), 0)
})

test('without a relay the status is pending, and it is programmed when one starts', async t => {
  const setting = await folders()
  const { records, stop } = await running(t, setting)
  await records.next('status', condition('Programmed', 'Unknown'))
  const silence = await records.next('no answer from the relay')
  assert.equal(silence.get('reason'), 'none runs')
  await relay(t, setting.to)
  await records.next('status', condition('Programmed', 'True'))
  assert.equal(await stop(), 0)
})

test('a folder that is not there, and an HTTP port that is taken, end it with a sentence', async t => {
  const { from, to } = await folders()
  const missing = await run(t, 'controller.js', '--from', `${from}x`, '--to', to, '--http', 'off')
  assert.equal(missing.status, 1)
  assert.match(missing.error, /^controller: the folder .*objectsx cannot be read: ENOENT/)

  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const bound = taken.address()
  const place = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`
  const second = await run(t, 'controller.js', '--from', from, '--to', to, '--http', place)
  assert.equal(second.status, 1)
  assert.match(second.error, new RegExp(`cannot serve HTTP on ${place}: EADDRINUSE`))
  taken.close()
})

test('--render prints the text of a file or a folder and ends with 0', async t => {
  const { from } = await folders()
  const { status, out, error } = await run(
    t,
    'controller.js',
    '--render',
    from,
    '--port-offset',
    '10000',
    '--address',
    '::1',
    '--shutdown-timeout',
    '5m',
  )
  assert.deepEqual([status, error], [0, ''])
  assert.match(out, /^worker_shutdown_timeout 5m;\nmail \{/)
  assert.match(out, /listen \[::1\]:2025 name=mail\/corp\/mx;/)
})

test('--render says what is wrong on stderr and ends with 1', async t => {
  const { from } = await folders()
  const file = join(from, 'all.yaml')
  await writeFile(
    file,
    `${proxy(2025)}---\n${proxy(2025, 'late')}---\n${proxy(0, 'bad')}---\nkind: x\n`,
  )
  const { status, out, error } = await run(t, 'controller.js', '--render', file)
  assert.equal(status, 1)
  assert.match(out, /^mail \{/)
  assert.match(error, /all\.yaml:\d+:1: apiVersion is missing/)
  assert.match(error, /mail\/bad: Accepted Invalid: spec\.listeners\[0\]\.port/)
  assert.match(error, /mail\/late: Accepted Conflicted/)
  assert.match(error, /mail\/corp: ResolvedRefs BackendNotFound/)
})

test('a file to render that is not there is named', async t => {
  const { status, error } = await run(t, 'controller.js', '--render', '/nowhere/objects.yaml')
  assert.equal(status, 1)
  assert.match(error, /^controller: ENOENT.*\/nowhere\/objects\.yaml/)
})
