import type { Sample } from './measure.ts'
import type { Row, Target } from './rows.ts'
import { median, spread } from './statistics.ts'

/** The system that a run is about; its peers are what it is compared with. */
export const subject = 'postern'
/** What every ratio in the table is to. */
export const peer = 'nginx'

/** What the rounds came to for one row on one system. */
export interface Cell {
  readonly row: string
  readonly system: string
  readonly median: number
  /** Largest minus smallest, as a share of the median. */
  readonly spread: number
  readonly rounds: number
  /** The median over nginx's with its default buffers; `undefined` where nginx has no such row. */
  readonly ratio: number | undefined
  readonly proxyBusy: number | undefined
  readonly loadBusy: number | undefined
}

/** A target, and what was measured. */
export interface Verdict {
  readonly row: Row
  readonly target: Target
  readonly ratio: number
}

/** The cells of each row in the order of `systems`, whatever the order they were measured in. */
export function cells(samples: readonly Sample[], systems: readonly string[]): readonly Cell[] {
  const groups = Map.groupBy(samples, ({ row, system }) => `${row} ${system}`)
  const plain = [...groups.values()]
    .map(group => cell(group))
    .toSorted((a, b) => systems.indexOf(a.system) - systems.indexOf(b.system))
  return plain.map(found => {
    const base = plain.find(({ row, system }) => row === found.row && system === peer)
    return { ...found, ratio: base && found.median / base.median }
  })
}

/** Every target whose both sides were measured. */
export function verdicts(rows: readonly Row[], found: readonly Cell[]): readonly Verdict[] {
  const at = (row: Row, system: string) =>
    found.find(each => each.row === row.id && each.system === system)?.median
  return rows.flatMap(row =>
    row.targets.flatMap(target => {
      const own = at(row, subject)
      const peer = at(row, target.to)
      return own === undefined || peer === undefined ? [] : [{ row, target, ratio: own / peer }]
    }),
  )
}

export function fallsShort({ target, ratio }: Verdict): boolean {
  return ratio > target.ratio
}

/** Machines are noisy: only what is worse than twice its target fails a run. */
export function fails({ target, ratio }: Verdict): boolean {
  return ratio > 2 * target.ratio
}

function cell(group: readonly Sample[]): Omit<Cell, 'ratio'> {
  const values = group.map(({ value }) => value)
  const busy = group.flatMap(sample => sample.busy ?? [])
  return {
    row: group[0]?.row ?? '',
    system: group[0]?.system ?? '',
    median: median(values),
    spread: spread(values),
    rounds: values.length,
    proxyBusy: busy.length ? median(busy.map(({ proxy }) => proxy)) : undefined,
    loadBusy: busy.length ? median(busy.map(({ load }) => load)) : undefined,
  }
}
