/** Linux counts processor time in hundredths of a second in `/proc/PID/stat`, whatever the kernel's own tick. */
const ticksPerSecond = 100

/** User and system time of all threads of a process, in seconds, from its `/proc/PID/stat`. */
export function cpuSeconds(stat: string): number {
  const fields = afterName(stat)
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The same, with that of all children that it has seen end. */
export function familySeconds(stat: string): number {
  const fields = afterName(stat)
  return cpuSeconds(stat) + (Number(fields[13]) + Number(fields[14])) / ticksPerSecond
}

/** What all processors did so far, in seconds, from `/proc/stat`; time that the host took away counts as busy. */
export function machineSeconds(stat: string): { readonly busy: number; readonly all: number } {
  const line = /^cpu +(.*)$/m.exec(stat)?.[1] ?? ''
  // The last two, for guests, are in the first two already.
  const times = line.split(' ').slice(0, 8).map(Number)
  const all = times.reduce((sum, time) => sum + time, 0)
  const unused = (times[3] ?? 0) + (times[4] ?? 0)
  return { busy: (all - unused) / ticksPerSecond, all: all / ticksPerSecond }
}

/** The parent's process id, from `/proc/PID/stat`. */
export function parent(stat: string): number {
  return Number(afterName(stat)[1])
}

/** The proportional set size in KiB, from `/proc/PID/smaps_rollup`. */
export function pss(rollup: string): number | undefined {
  const found = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** A process and all that descend from it, given every process's parent. */
export function descendants(root: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const children = [...parents].filter(([, from]) => from === root).map(([pid]) => pid)
  return [root, ...children.flatMap(child => descendants(child, parents))]
}

/** The name in parentheses may itself hold spaces and parentheses. */
function afterName(stat: string): readonly string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
