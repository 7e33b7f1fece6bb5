/** Shares of Services → weights of their endpoints. */

/** nginx has no cap on `weight`; ours keeps sums far from what an integer holds exactly. */
const maxWeight = 100_000

/**
 * Each Service's share of new sessions is its weight among the weights, however many endpoints it
 * has: the integer weight of one endpoint of each group, in the smallest numbers that say so.
 */
export function weights(
  groups: readonly { readonly weight: number; readonly count: number }[],
): readonly number[] {
  const used = groups.filter(group => group.weight > 0 && group.count > 0)
  const common = used.reduce((multiple, { count }) => cappedMultiple(multiple, count), 1)
  const exact = groups.map(({ weight, count }) => (count === 0 ? 0 : (weight * common) / count))
  const most = Math.max(0, ...exact)
  const scale = most > maxWeight ? maxWeight / most : 1
  const whole = exact.map(weight => (weight === 0 ? 0 : Math.max(1, Math.round(weight * scale))))
  const divisor = whole.filter(weight => weight > 0).reduce(greatestCommonDivisor, 0) || 1
  return whole.map(weight => weight / divisor)
}

/** Beyond the cap the shares are rounded, by less than a hundred-thousandth. */
function cappedMultiple(a: number, b: number): number {
  const multiple = (a / greatestCommonDivisor(a, b)) * b
  return multiple > 1e9 ? a : multiple
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
