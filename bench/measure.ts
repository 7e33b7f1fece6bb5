import { cpu, trips } from './methods/cpu.ts'
import { latency } from './methods/latency.ts'
import { growth, memory } from './methods/memory.ts'
import { reload } from './methods/reload.ts'
import { startUp } from './methods/start-up.ts'
import type { Row } from './row.ts'
import type { System } from './systems.ts'
import type { Bench, Busy, Method } from './work.ts'

/** One figure of one measurement of one row on one system. */
export interface Sample {
  readonly row: string
  readonly line: string
  readonly system: string
  readonly value: number
  readonly busy: Busy | undefined
}

export const methods: Readonly<Record<Row['measures'], Method>> = {
  cpu,
  trips,
  memory,
  latency,
  reload,
  'start-up': startUp,
  growth,
}

/** Starts the system, warms it up, measures, and stops it: a sample for each line of the row. */
export async function measure(bench: Bench, row: Row, system: System): Promise<readonly Sample[]> {
  const { values, busy } = await methods[row.measures](bench, row, system)
  return row.lines.flatMap(({ id }) => {
    const value = values[id]
    return value === undefined ? [] : [{ row: row.id, line: id, system: system.name, value, busy }]
  })
}
