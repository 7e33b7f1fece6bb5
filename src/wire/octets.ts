/** Octets up to which a loop costs less than a call into Node, which is made once a line and cold. */
const few = 256

const lf = 10

/** Zeroes what may be a secret. */
export function wipe(octets: Buffer, from = 0, to = octets.length): void {
  if (to - from > few) octets.fill(0, from, to)
  else for (let at = from; at < to; at++) octets[at] = 0
}

/** Where the first LF from `from` on stands; -1: nowhere. */
export function findLf(octets: Buffer, from: number): number {
  const near = Math.min(octets.length, from + few)
  for (let at = from; at < near; at++) if (octets[at] === lf) return at
  return near === octets.length ? -1 : octets.indexOf(lf, near)
}
