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

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2))
  if ('fault' in options) {
    console.error(`bench: ${options.fault}\n${usage}`)
    return 2
  }
  const samples = await withBench(options.form, bench => rounds(bench, options))
  const found = cells(
    samples,
    options.systems.map(({ name }) => name),
  )
  const judged = verdicts(options.rows, found)
  console.log(`\n${table(options.rows, found)}\n`)
  for (const line of [...words(judged), ...limited(options.rows, found)]) console.log(line)
  mkdirSync(results, { recursive: true })
  const file = join(results, `${new Date().toISOString().replaceAll(':', '-')}.json`)
  const { form } = options
  const record = { machine: describeMachine(), form, cells: found, samples }
  writeFileSync(file, `${JSON.stringify(record, undefined, 2)}\n`)
  console.log(`written to ${file}`)
  return judged.some(fails) ? 1 : 0
}

/** In every round, all rows; in every row, its systems in random order. */
async function rounds(bench: Bench, { form, rows, systems }: Options): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (let round = 1; round <= form.rounds; round++) {
    for (const row of rows) {
      for (const system of shuffled(taking(row, systems), Math.random)) {
        console.error(`round ${round} of ${form.rounds}: ${row.title}: ${system.name}`)
        samples.push(await measure(bench, row, system))
      }
    }
  }
  return samples
}

/** The systems that can do a row and have something of their own to say in it. */
function taking(row: Row, systems: readonly System[]): readonly System[] {
  return systems.filter(
    ({ ports, onlyBuffered }) => ports.includes(row.port) && (row.buffered || !onlyBuffered),
  )
}

process.exitCode = await main()
