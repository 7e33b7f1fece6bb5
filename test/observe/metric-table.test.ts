import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { controllerMetrics, relayMetrics, type Table } from '../../src/observe/metric-table.ts'

const root = new URL('../..', import.meta.url).pathname

const programs: readonly (readonly [program: string, rows: Table, files: string])[] = [
  ['relay', relayMetrics, 'src/{bin/relay*,relay/**/*}.ts'],
  ['controller', controllerMetrics, 'src/{bin/controller*,bin/cluster*,source/**/*,kube/**/*}.ts'],
]

for (const [program, rows, files] of programs) {
  test(`the ${program}'s metrics follow Prometheus's naming rules`, () => {
    for (const [name, row] of Object.entries(rows)) {
      assert.match(name, /^[a-z]+(_[a-z]+)*$/)
      assert.equal(name.endsWith('_total'), row.type === 'counter', name)
      assert.equal(name.endsWith('_info'), row.type === 'info', name)
      if (row.type === 'histogram') assert.match(name, /_seconds$/)
      assert.match(row.help, /^[A-Z1].*\.$/, name)
    }
  })

  test(`the ${program} counts everything that docs/metrics.md says it counts`, () => {
    const paths = globSync(files, { cwd: root })
    const code = paths.map(path => readFileSync(root + path, 'utf8')).join('\n')
    // The overflow is counted by the metrics themselves.
    const silent = Object.keys(rows).filter(
      name => name !== 'metric_overflow_total' && !code.includes(`'${name}'`),
    )
    assert.deepEqual(silent, [])
  })
}
