import type { Options } from './options.ts'
import type { Row } from './row.ts'
import { shuffled } from './statistics.ts'
import type { System } from './systems.ts'

/** One measurement to be made. */
export interface Turn {
  readonly round: number
  readonly row: Row
  readonly system: System
}

/** In every round, all rows but those that are measured once; in every row, its systems in random order. */
export function turns({ form, rows, systems }: Options, random: () => number): readonly Turn[] {
  return Array.from({ length: form.rounds }, (_, before) => before + 1).flatMap(round =>
    rows
      .filter(row => round === 1 || !row.once)
      .flatMap(row =>
        shuffled(
          systems.filter(system => takes(system, row)),
          random,
        ).map(system => ({ round, row, system })),
      ),
  )
}

/** Whether a system can do a row, and has something of its own to say in it. */
export function takes({ ports, role, reload }: System, row: Row): boolean {
  if (!ports.includes(row.port) || (row.measures === 'reload' && reload === undefined)) return false
  return role === 'main' || (role === 'other' ? row.others : row.buffered)
}

/** The turns as long as there is time: the first round is always whole, and so are the systems of a row. */
export function* inTime(
  all: readonly Turn[],
  seconds: number | undefined,
  now: () => number,
): Generator<Turn> {
  const end = seconds === undefined ? Number.POSITIVE_INFINITY : now() + 1_000 * seconds
  let begun: Turn | undefined
  for (const turn of all) {
    const goesOn = begun?.round === turn.round && begun.row === turn.row
    if (turn.round > 1 && !goesOn && now() > end) return
    begun = turn
    yield turn
  }
}
