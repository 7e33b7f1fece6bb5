/**
 * Whom the chart's NetworkPolicy lets in, by what it means: an enforcer is a part of each cluster's own
 * network.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podsOf, render } from '../support/chart.ts'
import { letsIn, type PolicySpec, type Source, selects } from '../support/network-policy.ts'

const monitoring = {
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
  podSelector: { matchLabels: { app: 'prometheus' } },
}
const enabled = '--set=networkPolicy.enabled=true'
const scraped = `--set-json=networkPolicy.metricsFrom=${JSON.stringify([monitoring])}`

function policyOf(...flags: readonly string[]): PolicySpec {
  const policies = render(...flags).filter(({ kind }) => kind === 'NetworkPolicy')
  assert.equal(policies.length, 1)
  return JSON.parse(JSON.stringify(policies[0]?.spec))
}
const policies = { alone: policyOf(enabled), scraped: policyOf(enabled, scraped) }

const own = {
  'app.kubernetes.io/name': 'postern',
  'app.kubernetes.io/instance': 'postern',
  'app.kubernetes.io/component': 'relay',
}
const pod = (name: string, labels: Readonly<Record<string, string>> = {}): Source => ({
  labels,
  namespace: { name },
})
const outside: Source = { address: '192.0.2.7' }
const prometheus = pod('monitoring', { app: 'prometheus' })

const rows: readonly (readonly [
  why: string,
  policy: keyof typeof policies,
  from: Source,
  port: number,
  wanted: boolean,
])[] = [
  ['IMAPS from the world', 'alone', outside, 10_993, true],
  ['SMTP from a pod of any namespace', 'alone', pod('shop'), 10_025, true],
  ['a port that a MailProxy opened since', 'alone', outside, 2_995, true],
  ['the port before those of HTTP', 'alone', outside, 9_124, true],
  ['the port behind those of HTTP', 'alone', outside, 9_127, true],
  ['the last port', 'alone', outside, 65_535, true],
  ["the relay's HTTP port from the world", 'alone', outside, 9_125, false],
  ["the controller's HTTP port from the world", 'alone', outside, 9_126, false],
  ['the state that a controller asks for', 'alone', pod('postern', own), 9_125, true],
  ['HTTP from another pod of the namespace', 'alone', pod('postern', { app: 'x' }), 9_125, false],
  ['HTTP from a pod elsewhere with our labels', 'alone', pod('shop', own), 9_125, false],
  ['metrics for whom no value names', 'alone', prometheus, 9_125, false],
  ['metrics for whom a value names', 'scraped', prometheus, 9_126, true],
  ['metrics for others of that namespace', 'scraped', pod('monitoring'), 9_126, false],
  ['the state, where a value names others', 'scraped', pod('postern', own), 9_125, true],
]

for (const [why, policy, from, port, wanted] of rows)
  test(`${wanted ? 'lets in' : 'keeps out'} ${why}`, () => {
    const spec = policies[policy]
    assert.equal(letsIn(spec, 'postern', { from, port, protocol: 'TCP' }), wanted)
    assert.equal(letsIn(spec, 'postern', { from, port, protocol: 'UDP' }), false)
  })

test('it is about the pods of the release, every mail port of which is open, and about no others', () => {
  const [template, ...more] = podsOf(render(enabled))
  assert.deepEqual(more, [])
  const containers: readonly { readonly ports: readonly { containerPort: number }[] }[] =
    JSON.parse(JSON.stringify(template?.spec?.['containers']))
  const ports = containers.flatMap(one => one.ports.map(({ containerPort }) => containerPort))
  const closed = ports.filter(
    port => !letsIn(policies.alone, 'postern', { from: outside, port, protocol: 'TCP' }),
  )
  assert.deepEqual([ports.length, closed], [8, [9_125]])
  assert.ok(selects(policies.alone.podSelector, own))
  const others = [{ app: 'dovecot' }, { ...own, 'app.kubernetes.io/instance': 'other' }]
  for (const labels of others) assert.ok(!selects(policies.alone.podSelector, labels))
  // What goes out is nobody's business unless a value says so.
  assert.deepEqual(policies.alone.policyTypes, ['Ingress'])
})
