import type { Row } from './rows.ts'
import { type Cell, fallsShort, type Verdict } from './summary.ts'

/** A load program as busy as this may have been what limited, unless the proxy was nearly as busy. */
const saturated = { load: 0.97, proxy: 0.9 }

const headings = [
  'row',
  'unit',
  'system',
  'median',
  'spread',
  'to nginx',
  'proxy busy',
  'load busy',
]

/** One table of all cells, row by row. */
export function table(rows: readonly Row[], cells: readonly Cell[]): string {
  const lines = rows.flatMap(row =>
    cells
      .filter(cell => cell.row === row.id)
      .map((cell, index) => [
        index === 0 ? row.title : '',
        index === 0 ? row.unit : '',
        cell.system,
        significant(cell.median),
        percent(cell.spread),
        cell.ratio?.toFixed(2) ?? '–',
        percent(cell.proxyBusy),
        percent(cell.loadBusy),
      ]),
  )
  const all = [headings, ...lines]
  const widths = headings.map((_, column) =>
    Math.max(...all.map(line => line[column]?.length ?? 0)),
  )
  return all.map(line => aligned(line, widths)).join('\n')
}

/** What the targets came to, a sentence each. */
export function words(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map(verdict => {
    const { row, target, ratio } = verdict
    const outcome = fallsShort(verdict) ? 'FALLS SHORT' : 'reached'
    return `${row.title}: ${ratio.toFixed(2)} of ${target.to}, to reach ≤ ${target.ratio}: ${outcome}`
  })
}

/** Cells in which the load program, not the proxy, may have been the limit. */
export function limited(rows: readonly Row[], cells: readonly Cell[]): readonly string[] {
  return cells
    .filter(
      ({ loadBusy = 0, proxyBusy = 0 }) => loadBusy > saturated.load && proxyBusy < saturated.proxy,
    )
    .map(({ row, system }) => {
      const title = rows.find(({ id }) => id === row)?.title ?? row
      return `${title} on ${system}: the load program was the limit: the figure holds for a proxy that is not kept busy`
    })
}

function aligned(line: readonly string[], widths: readonly number[]): string {
  return line
    .map((text, column) =>
      column < 3 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    )
    .join('  ')
    .trimEnd()
}

function significant(value: number): string {
  return value.toPrecision(3)
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${Math.round(100 * share)} %`
}
