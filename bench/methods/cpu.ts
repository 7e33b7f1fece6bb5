import type { Outcome } from '../load.ts'
import { shareOf } from '../units.ts'
import { cpuUsed } from '../usage.ts'
import { atWork, type Figures, type Method, type Subject } from '../work.ts'

/** Processor time of the proxy for one load. */
export const cpu: Method = (bench, row, system) =>
  atWork(bench, row, system, async ({ proxy, run }) => {
    const load = row.load(bench.form)
    const { cost, busy } = await costOf(proxy, () => run(load))
    return { values: shared(row.lines, unit => shareOf(unit, cost, load)), busy }
  })

/** Processor time of the proxy for round trips on sessions that are logged in already. */
export const trips: Method = (bench, row, system) =>
  atWork(bench, row, system, async ({ proxy, generator, run }) => {
    const load = row.load(bench.form)
    await run(load)
    const all = async (repeat: number) => {
      const outcome = await generator.trips(repeat)
      if (outcome.done < load.count)
        throw new Error(`${outcome.done} of ${load.count} sessions had all answers`)
      return outcome
    }
    // Compilers go on in threads of their own for a while: as many again before any is counted.
    await all(load.repeat)
    const { cost, busy } = await costOf(proxy, () => all(load.repeat))
    await generator.leave()
    return { values: shared(row.lines, unit => shareOf(unit, cost, load)), busy }
  })

type Lines = Parameters<Method>[1]['lines']

function shared(lines: Lines, figure: (unit: Lines[number]['unit']) => number): Figures['values'] {
  return Object.fromEntries(lines.map(({ id, unit }) => [id, figure(unit)]))
}

async function costOf(proxy: Subject['proxy'], work: () => Promise<Outcome>) {
  const before = cpuUsed(proxy.pids())
  const { seconds, idle } = await work()
  const cost = cpuUsed(proxy.pids()) - before
  return { cost, busy: { proxy: cost / seconds, load: 1 - idle / seconds } }
}
