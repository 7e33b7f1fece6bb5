import { memoryUsed } from '../usage.ts'
import { launch, type Method } from '../work.ts'

const kibibytes = 1_024

/** From the start of its program until a session was greeted, and what memory it has then. */
export const startUp: Method = async (bench, _row, system) => {
  const proxy = await launch(bench, system)
  try {
    await proxy.greets()
    const time = performance.now() - proxy.began
    return { values: { time, memory: memoryUsed(proxy.pids()) / kibibytes } }
  } finally {
    await proxy.stop()
  }
}
