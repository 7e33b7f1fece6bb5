import { setTimeout as pause } from 'node:timers/promises'
import { shareOf } from '../units.ts'
import { memoryUsed } from '../usage.ts'
import { atWork, type Method, type Subject } from '../work.ts'

/** How long a proxy is left alone before its memory is read. */
const settling = 1_000

const kibibytes = 1_024

/** What so many sessions that wait for nothing add to the proxy's memory. */
export const memory: Method = (bench, row, system) =>
  atWork(bench, row, system, async ({ proxy, generator, run }) => {
    const load = row.load(bench.form)
    const before = await settled(proxy)
    await run(load)
    const added = (await settled(proxy)) - before
    const { failed, fault } = await generator.leave()
    if (failed > 0) throw new Error(`${failed} idle sessions were lost (${fault})`)
    return { values: { '': shareOf('KiB per session', added, load) } }
  })

/** What stays of sessions that came and went. */
export const growth: Method = (bench, row, system) =>
  atWork(bench, row, system, async ({ proxy, run }) => {
    const load = row.load(bench.form)
    const { sessions, seconds } = bench.form.comeAndGo
    const end = performance.now() + 1_000 * seconds
    await run(load)
    const few = (await settled(proxy)) / kibibytes
    let count = load.count
    for (; count < sessions && performance.now() < end; count += load.count) await run(load)
    const many = (await settled(proxy)) / kibibytes
    return { values: { few, many, count, ratio: many / few } }
  })

async function settled({ pids }: Subject['proxy']): Promise<number> {
  await pause(settling)
  return memoryUsed(pids())
}
