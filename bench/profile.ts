/**
 * Runs one row against Postern alone and says where its processor time or memory goes:
 * `node bench/profile.ts ROW`. The profile itself stays in `bench/results/` for a viewer.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { forms } from './form.ts'
import { added, type HeapShare, heapShares } from './heap-shares.ts'
import { type CpuProfile, hotFunctions } from './hot-functions.ts'
import { methods } from './measure.ts'
import { isThere, ownParts, remedy } from './parts.ts'
import type { Row } from './row.ts'
import { rows } from './rows.ts'
import { withBench } from './run.ts'
import { asInTheImage, postern } from './systems.ts'
import { atWork, type Bench } from './work.ts'

/** How many lines a profile prints. */
const shown = 40

/** Microseconds between two looks at the stack. */
const interval = 250

async function profileCpu(bench: Bench, row: Row, dir: string): Promise<void> {
  const flags = ['--cpu-prof', `--cpu-prof-dir=${dir}`, `--cpu-prof-interval=${interval}`]
  await methods[row.measures](bench, row, postern(flags))
  const profile: CpuProfile = JSON.parse(only(dir, '.cpuprofile'))
  for (const { name, share } of hotFunctions(profile).slice(0, shown))
    console.log(`${(100 * share).toFixed(1).padStart(6)} %  ${name}`)
}

async function profileMemory(bench: Bench, row: Row, dir: string): Promise<void> {
  const flags = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${dir}`]
  const load = row.load(bench.form)
  const shares = await atWork(bench, row, postern(flags), async ({ run, proxy, generator }) => {
    const before = await snapshot(proxy.pids(), dir)
    await run(load)
    const after = await snapshot(proxy.pids(), dir)
    await generator.leave()
    return added(before, after)
  })
  console.log('octets/session  objects/session  kind')
  for (const { name, count, size } of shares.slice(0, shown)) {
    const each = (amount: number, digits: number) => (amount / load.count).toFixed(digits)
    console.log(`${each(size, 0).padStart(14)}  ${each(count, 2).padStart(15)}  ${name}`)
  }
}

/** Has the relay write a heap snapshot, and reads it. */
async function snapshot([pid]: readonly number[], dir: string): Promise<readonly HeapShare[]> {
  const known = new Set(readdirSync(dir))
  if (pid !== undefined) process.kill(pid, 'SIGUSR2')
  for (let before = -1; ; ) {
    await pause(1_000)
    const name = readdirSync(dir).find(file => !known.has(file))
    const text = name === undefined ? '' : readFileSync(join(dir, name), 'utf8')
    // It is whole once it no longer grows.
    if (text.length > 0 && text.length === before) return heapShares(JSON.parse(text))
    before = text.length
  }
}

function only(dir: string, ending: string): string {
  const name = readdirSync(dir).find(file => file.endsWith(ending))
  if (name === undefined)
    throw new Error(`no ${ending} file in ${dir}: did the relay end by itself?`)
  return readFileSync(join(dir, name), 'utf8')
}

const row = rows.find(({ id }) => id === process.argv[2])
const missing = remedy([...ownParts, ...asInTheImage.parts], isThere)
if (row === undefined) {
  console.error(`usage: node bench/profile.ts ROW\n  ${rows.map(({ id }) => id).join(' ')}`)
  process.exitCode = 2
} else if (missing !== undefined) {
  console.error(`something is missing: ${missing}`)
  process.exitCode = 2
} else {
  const stamp = new Date().toISOString().replaceAll(':', '-')
  const dir = join(import.meta.dirname, 'results', `${row.id}-${stamp}`)
  mkdirSync(dir, { recursive: true })
  const profile = row.measures === 'memory' ? profileMemory : profileCpu
  await withBench(forms.quick, bench => profile(bench, row, dir))
  console.log(`the profile is in ${dir}`)
}
