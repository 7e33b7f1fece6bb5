import type { Row } from './metric-table.ts'

/** A number that its owner adds to. */
export interface Tally {
  value: number
}

export interface Durations {
  observe(seconds: number): void
}

export type Values = Readonly<Record<string, string>>

/** The label sets that one metric may have; those beyond are counted together, as `other`. */
export const mostSeries = 2_000

/** The numbers of one label set: `value` of a counter or gauge, the buckets of a histogram. */
export class Series implements Tally, Durations {
  readonly labels: Values
  readonly bounds: readonly number[]
  readonly counts: number[]
  value = 0
  sum = 0

  constructor(labels: Values, bounds: readonly number[]) {
    this.labels = labels
    this.bounds = bounds
    this.counts = bounds.map(() => 0)
  }

  observe(seconds: number): void {
    this.value++
    this.sum += seconds
    const { bounds, counts } = this
    let at = 0
    while (at < bounds.length && seconds > (bounds[at] ?? 0)) at++
    if (at < bounds.length) counts[at] = (counts[at] ?? 0) + 1
  }
}

/** One metric with all its label sets. */
export class Family {
  readonly name: string
  readonly row: Row
  readonly #labels: readonly string[]
  /** In the order in which they came, which is the order of the page. */
  readonly #series = new Set<Series>()
  #root = new Branch()

  constructor(name: string, row: Row) {
    this.name = row.known ? name : `postern_${name}`
    this.row = row
    this.#labels = Object.keys(row.labels)
    // A metric without labels is there, as 0, from the start.
    if (this.#labels.length === 0 && row.type !== 'info') this.room({})
  }

  /** The series of these labels, or `undefined` if it is new and there is no room for it. */
  series(labels: Values): Series | undefined {
    return this.#known(labels) ?? (this.#series.size < mostSeries ? this.#add(labels) : undefined)
  }

  /** The same whether or not there is room. */
  room(labels: Values): Series {
    return this.#known(labels) ?? this.#add(labels)
  }

  /** `labels` with `other` wherever the number of values has no bound of its own. */
  others(labels: Values): Values {
    const entries = Object.entries(this.row.labels).map(([label, values]) => [
      label,
      'names' in values ? 'other' : (labels[label] ?? ''),
    ])
    return Object.fromEntries(entries)
  }

  drop(match: Values): void {
    const wanted = Object.entries(match)
    const left = [...this.#series].filter(
      ({ labels }) => !wanted.every(([label, value]) => labels[label] === value),
    )
    if (left.length === this.#series.size) return
    this.clear()
    for (const series of left) this.#keep(series)
  }

  clear(): void {
    this.#series.clear()
    this.#root = new Branch()
  }

  [Symbol.iterator](): Iterator<Series> {
    return this.#series.values()
  }

  #known(labels: Values): Series | undefined {
    let at: Branch | undefined = this.#root
    for (const label of this.#labels) {
      at = at.below(labels[label] ?? '')
      if (at === undefined) return undefined
    }
    return at.series
  }

  #add(labels: Values): Series {
    const series = new Series(labels, this.row.buckets ?? [])
    this.#keep(series)
    return series
  }

  #keep(series: Series): void {
    let at = this.#root
    for (const label of this.#labels) at = at.grown(series.labels[label] ?? '')
    at.series = series
    this.#series.add(series)
  }
}

/**
 * The series of a metric as a tree by the values of its labels, a level for each label: a look-up,
 * of which a session has fifteen, then makes no key of them.
 */
class Branch {
  /** At the end of a way through the tree. */
  series: Series | undefined
  readonly #below = new Map<string, Branch>()
  /** What was asked for last is often asked for again. */
  #value: string | undefined
  #last: Branch | undefined

  below(value: string): Branch | undefined {
    if (value === this.#value) return this.#last
    const branch = this.#below.get(value)
    if (branch === undefined) return undefined
    this.#value = value
    this.#last = branch
    return branch
  }

  grown(value: string): Branch {
    const known = this.#below.get(value)
    if (known) return known
    const branch = new Branch()
    this.#below.set(value, branch)
    return branch
  }
}
