import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { controllerMetrics, type Row, relayMetrics } from '../../src/observe/metric-table.ts'

const root = new URL('../..', import.meta.url).pathname
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')

/** Of Prometheus itself, of Node, and of what a scrape adds. */
const foreign =
  /^(up|nodejs_eventloop_lag_p99_seconds|process_(cpu_seconds_total|resident_memory_bytes|open_fds))$/
const scraped = ['job', 'pod', 'container', 'instance', 'le', 'namespace']

const rows = new Map<string, readonly Row[]>()
for (const [name, row] of [...Object.entries(relayMetrics), ...Object.entries(controllerMetrics)]) {
  const full = 'known' in row ? name : `postern_${name}`
  rows.set(full, [...(rows.get(full) ?? []), row])
}

interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

const alerts: readonly Alert[] = parse(read('charts/postern/files/alerts.yaml')).groups.flatMap(
  ({ rules }: { rules: readonly Alert[] }) => rules,
)

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}
const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(
  read('charts/postern/files/dashboard.json'),
)
const expressions = [
  ...alerts.map(({ alert, expr }) => ({ where: alert, expr })),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ where: title, expr })),
  ),
]

/** `name{…}` of an expression; of histograms without what is added to their names. */
function selectors(expr: string): readonly { readonly name: string; readonly labels: string }[] {
  return [...expr.matchAll(/([a-z_][a-z0-9_]*)\{([^}]*)\}/g)].map(([, name = '', labels = '']) => ({
    name: name.replace(/_(bucket|sum|count)$/, ''),
    labels,
  }))
}

function labelsOf(name: string): ReadonlyMap<string, readonly string[] | undefined> {
  const known = (rows.get(name) ?? []).flatMap(({ labels }) => Object.entries(labels))
  return new Map(known.map(([label, of]) => [label, 'names' in of ? undefined : of]))
}

test('alerts and dashboard ask for metrics that there are', () => {
  assert.ok(expressions.length > 40)
  for (const { where, expr } of expressions) {
    const named = selectors(expr)
    assert.ok(named.length > 0, where)
    for (const { name } of named)
      assert.ok(rows.has(name) || foreign.test(name), `${where}: ${name}`)
  }
})

test('alerts and dashboard choose by labels that the metrics have, and by values that these can have', () => {
  for (const { where, expr } of expressions)
    for (const selector of selectors(expr))
      for (const fault of faults(selector)) assert.fail(`${where}: ${fault}`)
})

/** The labels that a metric does not have, and the values that a label never has. */
function faults({ name, labels }: ReturnType<typeof selectors>[number]): readonly string[] {
  const known = labelsOf(name)
  const matchers = [...labels.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)]
  return matchers.flatMap(([, label = '', operator = '', value = '']) => {
    if (scraped.includes(label)) return []
    if (!known.has(label)) return [`${name} has no label ${label}`]
    const wanted = operator.endsWith('~') ? value.split('|') : [value]
    const words = known.get(label) ?? wanted
    return wanted.flatMap(word => (words.includes(word) ? [] : [`${label} is never ${word}`]))
  })
}

test('alerts and dashboard group by labels that the metrics have', () => {
  for (const { where, expr } of expressions) {
    const known = selectors(expr).flatMap(({ name }) => [...labelsOf(name).keys()])
    for (const [, by = ''] of expr.matchAll(/(?:by|on) \(([^)]*)\)/g)) {
      for (const label of by.split(/,\s*/))
        assert.ok(scraped.includes(label) || known.includes(label), `${where}: ${label}`)
    }
  }
})

test('each selector of an alert is that of one release', () => {
  for (const { alert, expr } of alerts) {
    for (const { labels } of selectors(expr)) assert.match(labels, /^job="postern"/, alert)
  }
})

test('each alert waits before it fires, says how bad it is, and is explained in docs/kubernetes.md', () => {
  const page = read('docs/kubernetes.md')
  for (const { alert, for: wait = '', labels, annotations } of alerts) {
    assert.match(wait, /^\d+[mh]$/, alert)
    assert.match(labels.severity, /^(info|warning|critical)$/, alert)
    assert.ok(annotations.summary && annotations.description, alert)
    assert.ok(page.includes(`\`${alert}\``), alert)
  }
  const told = page.match(/`Postern[A-Z]\w+`/g) ?? []
  const names = alerts.map(({ alert }) => `\`${alert}\``)
  for (const name of told) assert.ok(names.includes(name), name)
})
