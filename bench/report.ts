import type { Line, Row } from './row.ts'
import { type Cell, fallsShort, type Verdict } from './summary.ts'

/** A load program as busy as this may have been what limited, unless the proxy was nearly as busy. */
const saturated = { load: 0.97, proxy: 0.9 }

/** What others may take of the machine without a word. */
const quiet = 0.05

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
    row.lines.flatMap(line =>
      cells
        .filter(cell => cell.row === row.id && cell.line === line.id)
        .map((cell, index) => [
          index === 0 ? titleOf(row, line) : '',
          index === 0 ? line.unit : '',
          cell.system,
          significant(cell.median),
          percent(cell.spread),
          finite(cell.ratio)?.toFixed(2) ?? '–',
          percent(cell.proxyBusy),
          percent(cell.loadBusy),
        ]),
    ),
  )
  const all = [headings, ...lines]
  const widths = headings.map((_, column) =>
    Math.max(...all.map(line => line[column]?.length ?? 0)),
  )
  return all.map(line => aligned(line, widths)).join('\n')
}

/** What the targets came to, a sentence each, and how many were missed. */
export function words(verdicts: readonly Verdict[]): readonly string[] {
  if (verdicts.length === 0) return []
  const short = verdicts.filter(fallsShort).length
  return [
    ...verdicts.map(sentence),
    short === 0 ? 'every target was reached' : `${short} of ${verdicts.length} targets were missed`,
  ]
}

function sentence(verdict: Verdict): string {
  const { row, line, target, figure } = verdict
  const outcome = fallsShort(verdict) ? 'FALLS SHORT' : 'reached'
  const said =
    'most' in target
      ? `${significant(figure)} ${line.unit}, to reach ≤ ${target.most}`
      : `${figure.toFixed(2)} of ${target.to}, to reach ≤ ${target.ratio}`
  return `${titleOf(row, line)}: ${said}: ${outcome}`
}

/** What was measured in fewer rounds than the rest, for want of time. */
export function cutShort(rows: readonly Row[], cells: readonly Cell[]): readonly string[] {
  const most = Math.max(...cells.map(({ rounds }) => rounds))
  const fewer = rows.filter(
    row => !row.once && cells.some(cell => cell.row === row.id && cell.rounds < most),
  )
  return fewer.length > 0
    ? [
        `in fewer than ${most} rounds, for want of time: ${fewer.map(({ title }) => title).join('; ')}`,
      ]
    : []
}

/** A warning, where others used the machine meanwhile. */
export function disturbed(share: number): readonly string[] {
  return share > quiet
    ? [
        `other processes took ${percent(share)} of this machine meanwhile: figures of time are of little use`,
      ]
    : []
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

function titleOf(row: Row, line: Line): string {
  return line.title ? `${row.title}, ${line.title}` : row.title
}

function aligned(line: readonly string[], widths: readonly number[]): string {
  return line
    .map((text, column) =>
      column < 3 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
    )
    .join('  ')
    .trimEnd()
}

/** Three digits, or the whole number where it has more. */
function significant(value: number): string {
  return Math.abs(value) >= 1_000 ? value.toFixed(0) : value.toPrecision(3)
}

function percent(share: number | undefined): string {
  const known = finite(share)
  return known === undefined ? '–' : `${Math.round(100 * known)} %`
}

/** What is divided by a median of 0 says nothing. */
function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined
}
