/** Waits between tries: doubling, with jitter, so that many clients do not return at once. */
export interface Pace {
  readonly first: number
  readonly most: number
}

export const listPace: Pace = { first: 800, most: 30_000 }

/** The wait before try `tries` (from 0): once to twice the doubled one. `random` is from 0 to 1. */
export function wait({ first, most }: Pace, tries: number, random: () => number): number {
  const doubled = Math.min(first * 2 ** Math.min(tries, 30), most)
  return doubled * (1 + random())
}
