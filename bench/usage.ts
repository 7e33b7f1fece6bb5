import { readdirSync, readFileSync } from 'node:fs'
import { cpuSeconds, descendants, parent, pss } from './proc.ts'

/** A process and all that descend from it, now. */
export function processTree(root: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? read(`/proc/${pid}/stat`) : undefined
    if (stat !== undefined) parents.set(pid, parent(stat))
  }
  return descendants(root, parents)
}

/** Processor time used so far by these processes, in seconds. */
export function cpuUsed(pids: readonly number[]): number {
  return sum(pids.map(pid => cpuSeconds(readFileSync(`/proc/${pid}/stat`, 'latin1'))))
}

/** Memory of these processes in KiB; pages that they share are counted once. */
export function memoryUsed(pids: readonly number[]): number {
  return sum(
    pids.map(pid => {
      const found = pss(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))
      if (found === undefined) throw new Error(`no Pss in /proc/${pid}/smaps_rollup`)
      return found
    }),
  )
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // A process that ended between the listing and the reading.
    return undefined
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
