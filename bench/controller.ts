/**
 * `npm run bench:controller`: how soon a change at a real API server is in the text that a relay is
 * given, and what the controller costs, at 1,000 MailProxies and 10,000 endpoints. The controller runs
 * as in its pod: with a service account's files, and with the compile cache that the image has. The
 * relay's end is played by this process, which reads each text whole; what a relay does with it is not
 * measured.
 */
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { listen } from '../src/handoff/listen.ts'
import { accepted, load } from '../src/handoff/load.ts'
import { listenersOf } from '../test/support/applied-listeners.ts'
import {
  classNamed,
  mailProxyFor,
  serviceWith,
  sliceWith,
} from '../test/support/cluster-objects.ts'
import { controlPlane } from '../test/support/control-plane.ts'
import { freePort } from '../test/support/ports.ts'
import { start } from '../test/support/programs.ts'
import { asPod } from './pod.ts'
import { cpuSeconds } from './proc.ts'

const proxies = Number(process.argv[2] ?? 1_000)
const perProxy = 10
const atOnce = 16
const namespace = 'bench'
const loneChanges = 60
const stormChanges = 300
const quietSeconds = 30

const crds = fileURLToPath(new URL('../manifests/crds.yaml', import.meta.url))
const program = fileURLToPath(new URL('../src/bin/controller.ts', import.meta.url))

const plane = await controlPlane()
const dir = await mkdtemp(join(tmpdir(), 'postern-bench-'))
const to = join(dir, 'handoff')
await mkdir(to)

let waiting: { readonly address: string; readonly done: (at: number) => void }[] = []
const relay = await listen(to, async generation => {
  const { text = '' } = (await load(to, generation)) ?? {}
  const now = performance.now()
  const found = waiting.filter(({ address }) => text.includes(`server ${address}:`))
  waiting = waiting.filter(one => !found.includes(one))
  for (const { done } of found) done(now)
  await accepted(to, generation)
  return { kind: 'applied', generation, listeners: listenersOf(text) }
})

async function send(method: string, path: string, body: object): Promise<number> {
  const response = await fetch(`${plane.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok && response.status !== 409) throw new Error(`${method} ${path}: ${text}`)
  return performance.now()
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const item of left) await work(item)
    }),
  )
}

const core = `/api/v1/namespaces/${namespace}`
const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
const mailProxies = `/apis/postern.dev/v1alpha1/namespaces/${namespace}/mailproxies`

let changes = 0
const addressesOf = (at: number): readonly string[] =>
  Array.from({ length: perProxy }, (_, one) => `10.${one}.${at >> 8}.${at & 255}`)

/** One endpoint of a Service gets an address that was never there; answers how long it took, in ms. */
async function change(at: number): Promise<number> {
  const n = ++changes
  const address = `10.200.${n >> 8}.${n & 255}`
  const { promise, resolve } = Promise.withResolvers<number>()
  waiting.push({ address, done: resolve })
  const all = [address, ...addressesOf(at).slice(1)]
  const had = await send('PUT', `${slices}/s${at}-1`, sliceWith(namespace, `s${at}`, 1143, all))
  return Math.max(0, (await promise) - had)
}

const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? 0

const print = (what: string, value: string): void => console.log(`${what.padEnd(52)} ${value}`)
const ms = (value: number): string => `${value.toFixed(0)} ms`
const spread = (values: readonly number[]): string =>
  `p50 ${ms(quantile(values, 0.5))}  p99 ${ms(quantile(values, 0.99))}`

print('machine', `${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}`)
plane.kubectl(['apply', '--server-side', '-f', crds])
// Just made, a CRD has no conditions that could be waited for.
await pause(2_000)
plane.kubectl(['wait', '--for=condition=Established', '--timeout=30s', '-f', crds])
await send('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
await send('POST', '/apis/postern.dev/v1alpha1/mailproxyclasses', classNamed(namespace))
const all = Array.from({ length: proxies }, (_, at) => at)
await each(all, async at => {
  const [service, port] = [`s${at}`, 20_000 + at]
  await send('POST', `${core}/services`, serviceWith(namespace, service, 143))
  await send('POST', slices, sliceWith(namespace, service, 1143, addressesOf(at)))
  const proxied = { namespace, name: `p${at}`, port, className: namespace, service }
  await send('POST', mailProxies, mailProxyFor(proxied))
})
print('objects', `${proxies} MailProxies, ${proxies * perProxy} endpoints`)

const http = await freePort()
const began = performance.now()
const { promise: first, resolve: sawFirst } = Promise.withResolvers<number>()
waiting.push({ address: addressesOf(0)[0] ?? '', done: sawFirst })
const { command, environment } = await asPod(plane, dir)
const [file = '', ...words] = [
  ...[...command, process.execPath, program, '--from', 'cluster', '--to', to],
  ...['--class-name', namespace, '--lease-name', namespace, '--http', `127.0.0.1:${http}`],
]
const controller = start(file, words, environment)
const proc = (name: string): string => readFileSync(`/proc/${controller.pid}/${name}`, 'utf8')
const memory = (row: string): string => {
  const [, kib = '0'] = new RegExp(`^${row}:\\s+(\\d+)`, 'm').exec(proc('status')) ?? []
  return `${(Number(kib) / 1024).toFixed(0)} MiB`
}
async function metric(name: string, word = ''): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()
  const lines = page.split('\n').filter(line => line.startsWith(name) && line.includes(word))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
const writes = async (): Promise<number> =>
  (await metric('rest_client_requests_total', 'PATCH')) +
  (await metric('rest_client_requests_total', 'POST'))

print('from start to the first text', ms((await first) - began))
while ((await metric('postern_status_updates_total', 'success')) < proxies) await pause(200)
print('from start to the last status', ms(performance.now() - began))
print('memory after that (peak)', `${memory('VmRSS')} (${memory('VmHWM')})`)

const lone: number[] = []
const cpuAtFirst = cpuSeconds(proc('stat'))
for (let turn = 0; turn < loneChanges; turn++) {
  await pause(500)
  lone.push(await change((turn * 37) % proxies))
}
const cpuEach = (cpuSeconds(proc('stat')) - cpuAtFirst) / lone.length
print('a lone change', `${spread(lone)}  ${ms(cpuEach * 1_000)} of processor`)

const storm: number[] = []
await each(all.slice(0, stormChanges), async at => {
  // Those that come next do not wait for this one's effect.
  void change(at).then(took => storm.push(took))
  await pause(20)
})
while (storm.length < Math.min(stormChanges, proxies)) await pause(50)
print(`a change among ${storm.length} in a storm`, spread(storm))
print('memory (peak)', `${memory('VmRSS')} (${memory('VmHWM')})`)

await pause(5_000)
const [cpuBefore, writesBefore] = [cpuSeconds(proc('stat')), await writes()]
await pause(quietSeconds * 1_000)
const cpu = (cpuSeconds(proc('stat')) - cpuBefore) / quietSeconds
print('quiet: processor', `${(cpu * 100).toFixed(2)} % of a core`)
print('quiet: writes beside the Lease', String((await writes()) - writesBefore))

await controller.stop()
await relay.close()
await plane[Symbol.asyncDispose]()
await rm(dir, { recursive: true })
