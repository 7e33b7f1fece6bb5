/**
 * Measures Postern and its peers side by side on the same work; docs/performance.md explains the rows.
 * Exits with 1 where a row is worse than twice its target or could not be measured.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'
import { measure, type Sample } from './measure.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { takenByOthers, thisMoment } from './others.ts'
import { isThere, ownParts, remedy } from './parts.ts'
import { cutShort, disturbed, limited, table, words } from './report.ts'
import type { Row } from './row.ts'
import { withBench } from './run.ts'
import { cells, fails, verdicts } from './summary.ts'
import type { System } from './systems.ts'
import { inTime, turns } from './turns.ts'
import type { Bench } from './work.ts'

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
  const missing = remedy([...ownParts, ...systems.flatMap(({ parts }) => parts)], isThere)
  if (missing !== undefined) {
    console.error(`bench: something is missing: ${missing} (or choose --systems without it)`)
    return 2
  }
  const began = thisMoment()
  const { form, samples, gaps } = await withBench(options.form, bench => rounds(bench, options))
  const others = takenByOthers(began, thisMoment())
  const names = systems.map(({ name }) => name)
  const found = cells(samples, names, rows)
  const judged = verdicts(rows, found)
  console.log(`\n${table(rows, found)}\n`)
  for (const line of [...words(judged), ...limited(rows, found), ...disturbed(others)])
    console.log(line)
  if (form.idle < options.form.idle)
    console.log(
      `idle sessions: ${form.idle} instead of ${options.form.idle}, for want of open files`,
    )
  for (const line of cutShort(rows, found)) console.log(line)
  for (const { row, system } of gaps) console.log(`${row.title} on ${system.name}: NOT MEASURED`)
  console.log(`written to ${record({ others, form, cells: found, samples })}`)
  return gaps.length > 0 || judged.some(fails) ? 1 : 0
}

/** Measures every turn; a row that cannot be measured on a system is not tried there again. */
async function rounds(bench: Bench, options: Options) {
  const samples: Sample[] = []
  const gaps: Gap[] = []
  const next = inTime(turns(options, Math.random), bench.form.seconds, () => performance.now())
  for (const { round, row, system } of next) {
    if (gaps.some(gap => gap.row === row && gap.system === system)) continue
    console.error(`round ${round} of ${bench.form.rounds}: ${row.title}: ${system.name}`)
    try {
      samples.push(...(await measure(bench, row, system)))
    } catch (error) {
      console.error(`${row.title} on ${system.name}: ${messageOf(error)}`)
      gaps.push({ row, system })
    }
  }
  return { form: bench.form, samples, gaps }
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

process.exitCode = await main().catch((error: unknown) => {
  console.error(`bench: ${messageOf(error)}`)
  return 1
})
