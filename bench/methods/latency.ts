import type { Load } from '../load.ts'
import { aimAt, atWork, type Bench, type Method } from '../work.ts'

/** NOOPs a second, all sessions together. */
const rate = 5_000
/** So much longer a proxy runs before it is measured that compiles itself: its compilers share its core. */
const compiling = 4

/**
 * What the proxy adds to the time of an answer: quantiles through it, less the same quantiles of the
 * backend alone, measured just before.
 */
export const latency: Method = async (bench, row, system) => {
  const load = row.load(bench.form)
  const direct = await withoutProxy(bench, load)
  const through = await atWork(bench, row, system, async ({ run }) => {
    await run(load)
    return paced(bench, system.compiling ? compiling : 1)
  })
  return {
    values: {
      p50: through.p50 - direct.p50,
      p99: through.p99 - direct.p99,
      p999: through.p999 - direct.p999,
      direct: direct.p99,
    },
  }
}

async function withoutProxy(bench: Bench, load: Load) {
  await bench.generator.run(load, aimAt('imap', bench.generator.backends.imap))
  return paced(bench, 1)
}

/** At the rate for `warmUp` times as long, and then again to measure; then the sessions leave. */
async function paced({ generator, form }: Bench, warmUp: number) {
  const operations = rate * form.paced
  await generator.pace(operations * warmUp, rate)
  const outcome = await generator.pace(operations, rate)
  await generator.leave()
  if (outcome.failed > 0 || outcome.done < operations)
    throw new Error(`${outcome.done} of ${operations} answers came (${outcome.fault})`)
  return outcome
}
