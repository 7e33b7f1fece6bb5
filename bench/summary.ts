import type { Sample } from './measure.ts'
import type { Line, Row, Target } from './row.ts'
import { median, spread } from './statistics.ts'

/** The system that a run is about; its peers are what it is compared with. */
export const subject = 'postern'
/** What every ratio in the table is to. */
export const peer = 'nginx'

/** What the rounds came to for one line of a row on one system. */
export interface Cell {
  readonly row: string
  readonly line: string
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

/** A target, and what was measured: a ratio, or a figure of its own. */
export interface Verdict {
  readonly row: Row
  readonly line: Line
  readonly target: Target
  readonly figure: number
}

/** The cells of each row in the order of `systems`, whatever the order they were measured in. */
export function cells(
  samples: readonly Sample[],
  systems: readonly string[],
  rows: readonly Row[],
): readonly Cell[] {
  const groups = Map.groupBy(samples, ({ row, line, system }) => `${row} ${line} ${system}`)
  const plain = [...groups.values()]
    .map(group => cell(group))
    .toSorted((a, b) => systems.indexOf(a.system) - systems.indexOf(b.system))
  return plain.map(found => {
    const row = rows.find(({ id }) => id === found.row)
    const aside = row?.lines.find(({ id }) => id === found.line)?.aside
    const base = plain.find(
      each =>
        each.row === (row?.against ?? found.row) &&
        each.line === found.line &&
        each.system === peer,
    )
    return { ...found, ratio: aside ? undefined : base && found.median / base.median }
  })
}

/** Every target whose sides were measured. */
export function verdicts(rows: readonly Row[], found: readonly Cell[]): readonly Verdict[] {
  const at = (row: Row, line: Line, system: string) =>
    found.find(each => each.row === row.id && each.line === line.id && each.system === system)
  return rows.flatMap(row =>
    row.lines.flatMap(line =>
      line.targets.flatMap(target => {
        const own = at(row, line, subject)?.median
        const other = 'most' in target ? 1 : at(row, line, target.to)?.median
        return own === undefined || other === undefined
          ? []
          : [{ row, line, target, figure: own / other }]
      }),
    ),
  )
}

export function fallsShort({ target, figure }: Verdict): boolean {
  return figure > limit(target)
}

/** Machines are noisy: only what is worse than twice its target, or than twice what it must hold until then, fails a run. */
export function fails({ target, figure }: Verdict): boolean {
  return figure > 2 * (target.holds ?? limit(target))
}

function limit(target: Target): number {
  return 'most' in target ? target.most : target.ratio
}

function cell(group: readonly Sample[]): Omit<Cell, 'ratio'> {
  const values = group.map(({ value }) => value)
  const busy = group.flatMap(sample => sample.busy ?? [])
  return {
    row: group[0]?.row ?? '',
    line: group[0]?.line ?? '',
    system: group[0]?.system ?? '',
    median: median(values),
    spread: spread(values),
    rounds: values.length,
    proxyBusy: busy.length ? median(busy.map(({ proxy }) => proxy)) : undefined,
    loadBusy: busy.length ? median(busy.map(({ load }) => load)) : undefined,
  }
}
