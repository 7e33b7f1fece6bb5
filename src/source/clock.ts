/** Time, passed in so that tests can hold it still. Milliseconds that never run backwards. */
export interface Clock {
  now(): number
  /** Calls `run` once after `delay`; the answer takes that back. */
  after(delay: number, run: () => void): () => void
}

export const clock: Clock = {
  now: () => performance.now(),
  after(delay, run) {
    const timer = setTimeout(run, delay)
    return () => clearTimeout(timer)
  },
}
