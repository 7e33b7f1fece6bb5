import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Page } from './http.ts'
import type { Row, Table } from './metric-table.ts'
import { type Durations, Family, type Series, type Tally, type Values } from './series.ts'

/**
 * The metrics of a program. A caller asks once for the tally of its labels and then adds to its
 * `value`, which costs nothing worth measuring; the numbers are read when someone scrapes.
 */
export interface Metrics<T extends Table> {
  counter<N extends NamesOf<T, 'counter'>>(name: N, labels: LabelsOf<T[N]>): Tally
  gauge<N extends NamesOf<T, 'gauge'>>(name: N, labels: LabelsOf<T[N]>): Tally
  histogram<N extends NamesOf<T, 'histogram'>>(name: N, labels: LabelsOf<T[N]>): Durations
  /** Says `labels` in place of what the metric said before. */
  info<N extends NamesOf<T, 'info'>>(name: N, labels: LabelsOf<T[N]>): void
  /** Removes every series that has all of these labels with these values: its object is gone. */
  drop(match: Values): void
  /** Runs `update` before each scrape, for what is only worth counting then. */
  beforeScrape(update: () => void): void
  /** All of it in Prometheus's text format, for `/metrics`. */
  page(): Promise<Page>
}

type NamesOf<T extends Table, Type extends Row['type']> = {
  [N in keyof T & string]: T[N]['type'] extends Type ? N : never
}[keyof T & string]

export type LabelsOf<R extends Row> = {
  readonly [L in keyof R['labels']]: R['labels'][L] extends readonly (infer Word)[] ? Word : string
}

/** `process`: also Node's and the process's own metrics, under their usual names. */
export function createMetrics<T extends Table>(
  table: T,
  also?: { readonly process: boolean },
): Metrics<T>
export function createMetrics(table: Table, also?: { readonly process: boolean }): Metrics<Table> {
  const registry = new Registry()
  const updates: (() => void)[] = []
  const families = new Map<string, Family>()
  for (const [name, row] of Object.entries(table)) {
    const family = new Family(name, row)
    families.set(name, family)
    register(registry, family)
  }
  // The loop's delay is sampled by a timer of its own; every 10 ms, the default, wakes an idle process.
  if (also?.process) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 })
  const family = (name: string): Family => {
    const found = families.get(name)
    if (found === undefined) throw new Error(`no such metric: ${name}`)
    return found
  }
  const series = (name: string, labels: Values): Series => {
    const of = family(name)
    const found = of.series(labels)
    if (found !== undefined) return found
    family('metric_overflow_total').room({ metric: of.name }).value++
    return of.room(of.others(labels))
  }
  return {
    counter: series,
    gauge: series,
    histogram: series,
    info: (name: string, labels: Values) => {
      family(name).clear()
      family(name).room(labels).value = 1
    },
    drop: match => {
      for (const each of families.values()) each.drop(match)
    },
    beforeScrape: update => {
      updates.push(update)
    },
    page: async () => {
      for (const update of updates) update()
      return { body: await registry.metrics(), type: registry.contentType }
    },
  }
}

/** Tells prom-client to read the family's numbers instead of keeping its own. */
function register(registry: Registry, family: Family): void {
  const { name, row } = family
  const shape = { name, help: row.help, labelNames: Object.keys(row.labels), registers: [registry] }
  if (row.type === 'histogram') {
    const metric = new Histogram({ ...shape, buckets: [...(row.buckets ?? [])] })
    const read = async () => ({
      ...head(family),
      values: [...family].flatMap(series => lines(name, series)),
    })
    Object.assign(metric, { get: read, getForPromString: read })
    return
  }
  const metric = row.type === 'counter' ? new Counter(shape) : new Gauge(shape)
  const read = async () => ({ ...head(family), values: [...family] })
  Object.assign(metric, { get: read })
}

function head({ name, row: { help, type } }: Family) {
  return { name, help, type: type === 'info' ? 'gauge' : type, aggregator: 'sum' }
}

/** The lines of one label set: buckets are cumulative. */
function lines(name: string, { labels, bounds, counts, value: count, sum }: Series) {
  let below = 0
  const buckets = bounds.map((bound, at) => {
    below += counts[at] ?? 0
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
