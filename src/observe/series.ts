import type { Label, Row } from './metric-table.ts'

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
  readonly #labels: readonly (readonly [string, Label])[]
  readonly #series = new Map<string, Series>()
  /** What was asked for last is often asked for again. */
  #last: Series | undefined

  constructor(name: string, row: Row) {
    this.name = row.known ? name : `postern_${name}`
    this.row = row
    this.#labels = Object.entries(row.labels)
    // A metric without labels is there, as 0, from the start.
    if (this.#labels.length === 0 && row.type !== 'info') this.room({})
  }

  /** The series of these labels, or `undefined` if it is new and there is no room for it. */
  series(labels: Values): Series | undefined {
    if (this.#last && this.#isOf(this.#last, labels)) return this.#last
    const known = this.#series.get(this.#key(labels))
    this.#last = known ?? (this.#series.size < mostSeries ? this.room(labels) : undefined)
    return this.#last
  }

  /** The same whether or not there is room. */
  room(labels: Values): Series {
    const key = this.#key(labels)
    const series = this.#series.get(key) ?? new Series(labels, this.row.buckets ?? [])
    this.#series.set(key, series)
    return series
  }

  /** `labels` with `other` wherever the number of values has no bound of its own. */
  others(labels: Values): Values {
    const entries = this.#labels.map(([label, values]) => [
      label,
      'names' in values ? 'other' : (labels[label] ?? ''),
    ])
    return Object.fromEntries(entries)
  }

  drop(match: Values): void {
    const wanted = Object.entries(match)
    for (const [key, { labels }] of this.#series) {
      if (wanted.every(([label, value]) => labels[label] === value)) this.#series.delete(key)
    }
    this.#last = undefined
  }

  clear(): void {
    this.#series.clear()
    this.#last = undefined
  }

  [Symbol.iterator](): Iterator<Series> {
    return this.#series.values()
  }

  #isOf(series: Series, labels: Values): boolean {
    for (const [label] of this.#labels) if (series.labels[label] !== labels[label]) return false
    return true
  }

  #key(labels: Values): string {
    let key = ''
    for (const [label] of this.#labels) key += `${labels[label]}\0`
    return key
  }
}
