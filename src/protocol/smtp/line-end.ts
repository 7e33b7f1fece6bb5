/** Octets up to which a loop costs less than a native search: most lines are shorter. */
const few = 128

export const lf = 0x0a

/** Where the first LF from `from` on stands; -1: nowhere. */
export function findLf(octets: Buffer, from: number): number {
  const near = Math.min(octets.length, from + few)
  for (let at = from; at < near; at++) if (octets[at] === lf) return at
  return near === octets.length ? -1 : octets.indexOf(lf, near)
}
