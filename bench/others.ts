import { readFileSync } from 'node:fs'
import { familySeconds, machineSeconds } from './proc.ts'

/** A moment, in seconds of processor time that were used until then. */
export interface Moment {
  readonly machine: { readonly busy: number; readonly all: number }
  /** By this process and all children that it has seen end. */
  readonly own: number
}

export function thisMoment(): Moment {
  return {
    machine: machineSeconds(readFileSync('/proc/stat', 'latin1')),
    own: familySeconds(readFileSync('/proc/self/stat', 'latin1')),
  }
}

/** The share of the machine's processor time that neither the bench nor its children used nor left unused. */
export function takenByOthers(from: Moment, to: Moment): number {
  const busy = to.machine.busy - from.machine.busy
  const own = to.own - from.own
  return Math.max(0, busy - own) / (to.machine.all - from.machine.all)
}
