import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Table } from '../../src/observe/metric-table.ts'
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts'
import { mostSeries } from '../../src/observe/series.ts'
import { protocolNames } from '../../src/words/protocol-name.ts'

const table = {
  metric_overflow_total: {
    type: 'counter',
    help: 'Overflow.',
    labels: { metric: { names: 'a metric' } },
  },
  lines_total: {
    type: 'counter',
    help: 'Lines.',
    labels: { protocol: protocolNames, listener: { names: 'a listener' } },
  },
  open: { type: 'gauge', help: 'Open.', labels: {} },
  took_seconds: { type: 'histogram', help: 'Took.', labels: {}, buckets: [0.1, 1] },
  text_info: { type: 'info', help: 'Text.', labels: { generation: { names: 'a text' } } },
} as const satisfies Table

async function lines<T extends Table>(metrics: Metrics<T>, about: string): Promise<string[]> {
  const { body } = await metrics.page()
  return body.split('\n').filter(line => line.startsWith(`postern_${about}`))
}

test('a tally is a plain number that is read at the scrape', async () => {
  const metrics = createMetrics(table)
  const tally = metrics.counter('lines_total', { protocol: 'imap', listener: 'a' })
  tally.value += 2
  metrics.counter('lines_total', { listener: 'a', protocol: 'imap' }).value++
  assert.deepEqual(await lines(metrics, 'lines'), [
    'postern_lines_total{protocol="imap",listener="a"} 3',
  ])
})

test('a metric without labels is there from the start', async () => {
  const metrics = createMetrics(table)
  assert.deepEqual(await lines(metrics, 'open'), ['postern_open 0'])
})

test('a histogram counts into cumulative buckets whose bounds are inclusive', async () => {
  const metrics = createMetrics(table)
  const took = metrics.histogram('took_seconds', {})
  for (const seconds of [0.1, 0.5, 1, 3]) took.observe(seconds)
  assert.deepEqual(await lines(metrics, 'took'), [
    'postern_took_seconds_bucket{le="0.1"} 1',
    'postern_took_seconds_bucket{le="1"} 3',
    'postern_took_seconds_bucket{le="+Inf"} 4',
    'postern_took_seconds_sum 4.6',
    'postern_took_seconds_count 4',
  ])
})

test('an info says one thing at a time', async () => {
  const metrics = createMetrics(table)
  metrics.info('text_info', { generation: 'old' })
  metrics.info('text_info', { generation: 'new' })
  assert.deepEqual(await lines(metrics, 'text'), ['postern_text_info{generation="new"} 1'])
})

test('label values from objects cannot break the format', async () => {
  const metrics = createMetrics(table)
  metrics.counter('lines_total', { protocol: 'imap', listener: 'a"}\n\\' }).value++
  assert.deepEqual(await lines(metrics, 'lines'), [
    'postern_lines_total{protocol="imap",listener="a\\"}\\n\\\\"} 1',
  ])
})

test('the series of an object that is gone go, and no others', async () => {
  const metrics = createMetrics(table)
  for (const listener of ['a', 'b']) {
    for (const protocol of protocolNames) metrics.counter('lines_total', { protocol, listener })
  }
  metrics.drop({ listener: 'a' })
  const left = await lines(metrics, 'lines')
  assert.equal(left.length, 3)
  assert.ok(left.every(line => line.includes('listener="b"')))
  assert.deepEqual(await lines(metrics, 'open'), ['postern_open 0'])
})

test('whatever is counted and dropped, each label set has its own number, the oldest first', async () => {
  const step = fc.record({
    listener: fc.constantFrom('a', 'b', 'a\0', '', 'other'),
    protocol: fc.constantFrom(...protocolNames, undefined),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const metrics = createMetrics(table)
      const wanted = new Map<string, number>()
      for (const { listener, protocol } of steps) {
        const end = `listener="${listener}"}`
        if (protocol === undefined) {
          metrics.drop({ listener })
          for (const set of wanted.keys()) if (set.endsWith(end)) wanted.delete(set)
          continue
        }
        const set = `postern_lines_total{protocol="${protocol}",${end}`
        wanted.set(set, (wanted.get(set) ?? 0) + 1)
        metrics.counter('lines_total', { protocol, listener }).value++
      }
      const expected = [...wanted].map(([set, count]) => `${set} ${count}`)
      assert.deepEqual(await lines(metrics, 'lines'), expected)
    }),
    { numRuns: 100 },
  )
})

test('label sets beyond 2,000 are counted together as other, and that they were', async () => {
  const metrics = createMetrics(table)
  for (let at = 0; at < mostSeries + 3; at++) {
    metrics.counter('lines_total', { protocol: 'imap', listener: `l${at}` }).value++
  }
  metrics.counter('lines_total', { protocol: 'imap', listener: 'l0' }).value++
  const all = await lines(metrics, 'lines')
  assert.equal(all.length, mostSeries + 1)
  assert.ok(all.includes('postern_lines_total{protocol="imap",listener="other"} 3'))
  assert.ok(all.includes('postern_lines_total{protocol="imap",listener="l0"} 2'))
  assert.deepEqual(await lines(metrics, 'metric_overflow'), [
    'postern_metric_overflow_total{metric="postern_lines_total"} 3',
  ])
})

test('what is only worth counting at a scrape is counted then', async () => {
  const metrics = createMetrics(table)
  const open = metrics.gauge('open', {})
  metrics.beforeScrape(() => {
    open.value = 7
  })
  assert.deepEqual(await lines(metrics, 'open'), ['postern_open 7'])
})

test("the process's own metrics are there when asked for", async () => {
  const { body, type } = await createMetrics(table, { process: true }).page()
  assert.match(body, /^process_resident_memory_bytes \d+$/m)
  assert.match(body, /^nodejs_eventloop_lag_p99_seconds /m)
  assert.match(type ?? '', /^text\/plain; version=0\.0\.4/)
})
