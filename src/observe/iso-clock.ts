/**
 * Tells the time as `Date.toISOString` does, from milliseconds since the epoch. A log asks for it
 * thousands of times a second, and all but the milliseconds is the same until the second is over.
 */
export function isoClock(now: () => number): () => string {
  let second = Number.NaN
  let head = ''
  return () => {
    const time = now()
    const ms = time % 1_000
    if (time - ms !== second) {
      second = time - ms
      head = new Date(second).toISOString().slice(0, -'000Z'.length)
    }
    return `${head}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
  }
}
