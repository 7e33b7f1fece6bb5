import { performance } from 'node:perf_hooks'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Gives the memory of a peak back to the system. V8 lets its heap grow with the rate at which sessions
 * come, and shrinks it bit by bit only some seconds after a full collection, when little is going on;
 * a process that has become quiet has no more of them. So one is made for it, once for each peak.
 */
export interface Sight {
  /** The share of the time since the last look for which the process worked. */
  readonly busy: number
  /** Octets of V8's heap: now, and at its smallest since the last collection of ours. */
  readonly heap: number
  readonly least: number
  /** ms since the last collection of ours. */
  readonly since: number
}

/** ms between two looks; the process must have been quiet for as long. */
const look = 5_000
const quiet = 0.05
/**
 * A collection holds every session up for as long as it takes to mark what is in use. So it must
 * promise something, also in proportion to that, and comes seldom.
 */
const worthwhile = 16 * 1024 * 1024
const share = 0.25
const seldom = 60_000

export function isDue({ busy, heap, least, since }: Sight): boolean {
  return busy < quiet && heap - least > Math.max(worthwhile, least * share) && since >= seldom
}

/** From now on, looks whether a peak is over. Keeps no process alive; the answer ends it. */
export function giveBack(every = look, due = isDue): () => void {
  let before = performance.eventLoopUtilization()
  let least = heap()
  let last = Number.NEGATIVE_INFINITY
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization()
    const busy = performance.eventLoopUtilization(now, before).utilization
    before = now
    least = Math.min(least, heap())
    if (!due({ busy, heap: heap(), least, since: performance.now() - last })) return
    collect()
    last = performance.now()
    least = heap()
  }, every)
  timer.unref()
  return () => clearInterval(timer)
}

const heap = (): number => getHeapStatistics().total_heap_size

let collector: unknown

/** V8's own full collection, which is there only in contexts that are made after the flag is set. */
export function collect(): void {
  setFlagsFromString('--expose-gc')
  collector ??= runInNewContext('gc')
  if (typeof collector === 'function') collector()
}
