import { setTimeout as pause } from 'node:timers/promises'
import { atWork, type Method } from '../work.ts'

/** Seconds of asking without a reload, and around one. */
const asking = { quiet: 1, around: 4 }

/** How long after the asking began the reload comes, in ms. */
const lead = 500

/** What a reload does to sessions that are open: one of them asks all the time, and at the end all do. */
export const reload: Method = (bench, row, system) =>
  atWork(bench, row, system, async ({ proxy, generator, run }) => {
    const load = row.load(bench.form)
    await run(load)
    const quiet = await generator.probe(asking.quiet)
    const around = generator.probe(asking.around)
    await pause(lead)
    proxy.reload()
    const { worst } = await around
    await proxy.greets()
    const { done } = await generator.trips(1)
    await generator.leave()
    return { values: { lost: load.count - done, stall: worst / 1_000, quiet: quiet.worst / 1_000 } }
  })
