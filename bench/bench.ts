/**
 * Measures Postern and its peers side by side on the same work; docs/performance.md explains the rows.
 * Exits with 1 where a row is worse than twice its target or could not be measured.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'
import { type Bench, measure, type Sample } from './measure.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { limited, table, words } from './report.ts'
import type { Row } from './rows.ts'
import { withBench } from './run.ts'
import { shuffled } from './statistics.ts'
import { cells, fails, verdicts } from './summary.ts'
import type { System } from './systems.ts'

const results = join(import.meta.dirname, 'results')

/** A row that could not be measured on a system. */
interface Gap {
  readonly row: Row
  readonly system: System
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if ('fault' in options) {
    console.error(`bench: ${options.fault}\n${usage}`)
    return 2
  }
  const { rows, systems } = options
  const { form, samples, gaps } = await withBench(options.form, bench => rounds(bench, options))
  const names = systems.map(({ name }) => name)
  const found = cells(samples, names)
  const judged = verdicts(rows, found)
  console.log(`\n${table(rows, found)}\n`)
  for (const line of [...words(judged), ...limited(rows, found)]) console.log(line)
  if (form.idle < options.form.idle)
    console.log(
      `idle sessions: ${form.idle} instead of ${options.form.idle}, for want of open files`,
    )
  for (const { row, system } of gaps) console.log(`${row.title} on ${system.name}: NOT MEASURED`)
  console.log(`written to ${record({ form, cells: found, samples })}`)
  return gaps.length > 0 || judged.some(fails) ? 1 : 0
}

/** Measures every turn; a row that cannot be measured on a system is not tried there again. */
async function rounds(bench: Bench, options: Options) {
  const samples: Sample[] = []
  const gaps: Gap[] = []
  for (const { round, row, system } of turns(options)) {
    if (gaps.some(gap => gap.row === row && gap.system === system)) continue
    console.error(`round ${round} of ${bench.form.rounds}: ${row.title}: ${system.name}`)
    try {
      samples.push(await measure(bench, row, system))
    } catch (error) {
      console.error(`${row.title} on ${system.name}: ${messageOf(error)}`)
      gaps.push({ row, system })
    }
  }
  return { form: bench.form, samples, gaps }
}

/** In every round, all rows; in every row, its systems in random order. */
function turns({ form, rows, systems }: Options) {
  return Array.from({ length: form.rounds }, (_, before) =>
    rows.flatMap(row =>
      shuffled(taking(row, systems), Math.random).map(system => ({
        round: before + 1,
        row,
        system,
      })),
    ),
  ).flat()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Writes what was measured, and on what, to a file of its own. */
function record(measured: object): string {
  mkdirSync(results, { recursive: true })
  const file = join(results, `${new Date().toISOString().replaceAll(':', '-')}.json`)
  const whole = { machine: describeMachine(), ...measured }
  writeFileSync(file, `${JSON.stringify(whole, undefined, 2)}\n`)
  return file
}

/** The systems that can do a row and have something of their own to say in it. */
function taking(row: Row, systems: readonly System[]): readonly System[] {
  return systems.filter(
    ({ ports, onlyBuffered }) => ports.includes(row.port) && (row.buffered || !onlyBuffered),
  )
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`bench: ${messageOf(error)}`)
  return 1
})
