import type { Load } from './load.ts'

/** From what a load cost in all (CPU-seconds or KiB) to what one unit of its work cost. */
const shares = {
  'CPU-ms per session': (cost: number, { count }: Load) => (1_000 * cost) / count,
  'CPU-ms per message': (cost: number, { count, repeat }: Load) =>
    (1_000 * cost) / (count * repeat),
  'CPU-s per GiB': (cost: number, { count, repeat }: Load) => (1_024 * cost) / (count * repeat),
  'CPU-µs per round trip': (cost: number, { count, repeat }: Load) =>
    (1_000_000 * cost) / (count * repeat),
  'KiB per session': (cost: number, { count }: Load) => cost / count,
}

/** Figures that are no share of a load's cost. */
type Plain = 'µs' | 'ms' | 'MiB' | 'sessions' | 'times'

export type Unit = keyof typeof shares | Plain

/** What one unit of a load's work cost, given what all of it did. */
export function shareOf(unit: Unit, cost: number, load: Load): number {
  return isShare(unit) ? shares[unit](cost, load) : cost
}

function isShare(unit: Unit): unit is keyof typeof shares {
  return Object.hasOwn(shares, unit)
}
