/** Both programs under a real Prometheus, with the chart's alerts and every expression of its dashboard. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { stringify } from 'yaml'
import { makeAuthority } from '../support/certificates.ts'
import { chart, type Manifest, render, valueFiles } from '../support/chart.ts'
import { mailProxyFor, tlsSecret } from '../support/cluster-objects.ts'
import { type ClusterSite, clusterSite } from '../support/cluster-site.ts'
import { freePort } from '../support/ports.ts'
import { eventually, type Running, requireParts, run, start } from '../support/programs.ts'

const root = new URL('../..', import.meta.url).pathname
const ports = { relay: 0, controller: 0, prometheus: 0 }
const programs: Running[] = []
let dir: string
let site: ClusterSite

before(async () => {
  requireParts(['promtool', 'prometheus'].map(file => ({ file, package: 'prometheus' })))
  dir = await mkdtemp(join(tmpdir(), 'postern-metrics-'))
  site = await clusterSite()
  site.tenant('metered')
  const pair = await (await makeAuthority()).issue(['mail.example.com'])
  const own = { namespace: 'metered', className: 'metered' }
  site.apply(
    tlsSecret('metered', 'mail', pair),
    mailProxyFor({ ...own, port: await freePort(), secret: 'mail' }),
  )
  for (const name of ['relay', 'controller', 'prometheus'] as const) ports[name] = await freePort()
  startPrograms()
  await site.condition('metered', 'Programmed', 'True')
})

after(async () => {
  await Promise.all(programs.map(program => program.stop()))
  await site[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})

function startPrograms(): void {
  const handoff = join(dir, 'handoff')
  mkdirSync(handoff)
  const node = (name: string, ...flags: readonly string[]) =>
    start(process.execPath, [join(root, `src/bin/${name}.js`), ...flags])
  const from = ['--from=cluster', `--kubeconfig=${site.plane.kubeconfig}`, '--class-name=metered']
  const lease = ['--lease-namespace=metered', `--http=127.0.0.1:${ports.controller}`]
  programs.push(
    node('relay', `--from=${handoff}`, `--http=127.0.0.1:${ports.relay}`),
    node('controller', ...from, ...lease, `--to=${handoff}`, '--address=127.0.0.1'),
  )
}

const page = async (port: number): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}/metrics`)).text()

for (const name of ['relay', 'controller'] as const) {
  test(`promtool has nothing to say against the metrics of the ${name} but Node's own`, async () => {
    const text = await page(ports[name])
    const { stdout, stderr } = await run('promtool', ['check', 'metrics'], text)
    const faults = `${stdout}${stderr}`
      .split('\n')
      .filter(line => !/^(nodejs_|process_|$)/.test(line))
    assert.deepEqual(faults, [])
    assert.match(text, /^postern_build_info\{/m)
  })
}

test("the rules that the chart renders are sound, and each is of the release's own job", async () => {
  const values = [`--values=${valueFiles.get('everything')}`]
  const rules = render(...values).find(({ kind }: Manifest) => kind === 'PrometheusRule')
  const text = stringify(rules?.spec)
  const file = join(dir, 'rendered.yaml')
  writeFileSync(file, text)
  const checked = await run('promtool', ['check', 'rules', file])
  assert.equal(checked.code, 0, checked.stderr)
  assert.match(checked.stdout, /SUCCESS: \d\d rules found/)
  assert.match(text, /job="postern\/postern"/)
  assert.doesNotMatch(text, /job="postern"/)
})

test('alerts fire when they should, and not before', async () => {
  cpSync(join(chart, 'files/alerts.yaml'), join(dir, 'alerts.yaml'))
  cpSync(join(root, 'test/e2e/alerts-test.yaml'), join(dir, 'alerts-test.yaml'))
  const tested = await run('promtool', ['test', 'rules', join(dir, 'alerts-test.yaml')])
  assert.equal(tested.code, 0, `${tested.stdout}${tested.stderr}`)
})

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: { readonly result: readonly unknown[] }
}

async function query(expr: string): Promise<Answer> {
  const url = `http://127.0.0.1:${ports.prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`
  const answer: Answer = await (await fetch(url)).json()
  return answer
}

async function startPrometheus(): Promise<void> {
  const target = (container: 'relay' | 'controller') => ({
    targets: [`127.0.0.1:${ports[container]}`],
    labels: { pod: 'postern-0', container },
  })
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [join(chart, 'files/alerts.yaml')],
    scrape_configs: [
      {
        job_name: 'postern',
        honor_labels: true,
        static_configs: [target('relay'), target('controller')],
      },
    ],
  }
  const file = join(dir, 'prometheus.yaml')
  writeFileSync(file, JSON.stringify(config))
  const words = [`--config.file=${file}`, `--storage.tsdb.path=${dir}/tsdb`]
  const listen = `--web.listen-address=127.0.0.1:${ports.prometheus}`
  programs.push(start('prometheus', [...words, listen]))
  const up = async () => {
    const scraped = await query('sum_over_time(up[10s]) > 3').catch(() => undefined)
    return scraped?.data.result.length === 2
  }
  await eventually('Prometheus to scrape both', up, 30_000)
}

test('Prometheus scrapes both, and every expression of dashboard and alerts is answered', async () => {
  await startPrometheus()
  const dashboard: {
    panels: readonly { targets?: readonly { expr: string }[] }[]
  } = JSON.parse(readFileSync(join(chart, 'files/dashboard.json'), 'utf8'))
  const exprs = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  assert.ok(exprs.length > 25)
  const empty: string[] = []
  for (const expr of exprs) {
    const { status, error, data } = await query(
      expr.replaceAll('$job', 'postern').replaceAll('$__rate_interval', '10s'),
    )
    assert.equal(status, 'success', `${expr}: ${error}`)
    if (data.result.length === 0) empty.push(expr)
  }
  // What has not happened yet has no series: there was no client and no backend.
  for (const expr of empty)
    assert.match(
      expr,
      /accepted|active|auth|tls|failures|bytes|protocol_err|upstream|identity|port_updates|fleet|state!=/,
    )
})

test('Prometheus can evaluate every alert, and of a sound installation tells the certificate of a day alone', async () => {
  const loud = async (): Promise<readonly Rule[]> => {
    const answer = await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/rules`)
    const { data }: { data: { groups: readonly { rules: readonly Rule[] }[] } } =
      await answer.json()
    const rules = data.groups.flatMap(group => group.rules)
    assert.ok(rules.length > 20)
    return rules.filter(({ lastError = '', alerts }) => lastError !== '' || alerts.length > 0)
  }
  const names = async () => (await loud()).map(({ name }) => name).join(' ')
  const wanted = 'PosternCertificateExpiresSoon PosternCertificateExpires'
  // At the first look nothing had been scraped.
  await eventually('no other alert', async () => (await names()) === wanted).catch(() => {})
  assert.equal(await names(), wanted)
})

interface Rule {
  readonly name: string
  readonly lastError?: string
  readonly alerts: readonly object[]
}
