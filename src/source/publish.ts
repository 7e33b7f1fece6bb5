/**
 * Brings the newest text to the relay, and keeps at it: a volume that cannot be written, a relay that
 * does not run yet, one that was restarted, and a listener that could not be opened are all tried
 * again. One thing happens at a time; a text that is replaced before its turn is never written.
 */
import type { Answer } from '../handoff/answer.ts'
import { ask, type Unreachable } from '../handoff/ask.ts'
import { incarnation } from '../handoff/incarnation.ts'
import { type Publication, publish } from '../handoff/publish.ts'
import { sweep } from '../handoff/sweep.ts'
import type { Clock } from './clock.ts'

/** What became of the newest text; `failed`: the volume could not be written. */
export type Outcome = Answer | Unreachable | { readonly kind: 'failed'; readonly reason: string }

/** Waits before the next try, doubling from the first to the second. */
const backoff = { first: 200, most: 5_000 }
/** A listener that failed waits for someone else to free its port. */
const listenerBackoff = { first: 5_000, most: 60_000 }
/** How often to look whether the relay that answered is still the one that runs. */
const watchPeriod = 1_000
/** While no relay answers, one that is starting may still read what was wanted a moment ago. */
const spare = 60_000

export interface Publisher {
  /** Publishes unless it is what was offered last; answers whether it is new. */
  offer(publication: Publication): boolean
  /** Ends after the step in hand. */
  close(): Promise<void>
}

export interface Publishing {
  readonly dir: string
  readonly clock: Clock
  /** Every try: its outcome, and milliseconds from writing the text to the answer. */
  settled(outcome: Outcome, took: number): void
}

export function createPublisher({ dir, clock, settled }: Publishing): Publisher {
  const ending = new AbortController()
  let newest: Publication | undefined
  let wake = (): void => {}
  let running: Promise<void> | undefined

  /** Until `delay` has passed, another text was offered, or the end came. */
  function rest(delay: number): Promise<void> {
    return new Promise(resolve => {
      const cancel = clock.after(delay, resolve)
      wake = () => {
        cancel()
        resolve()
      }
    })
  }

  const current = (text: Publication): boolean => newest === text && !ending.signal.aborted

  /** Lets an outcome stand until it is time, another text was offered, or another relay runs. */
  async function stand(
    text: Publication,
    delay: number,
    before: string | undefined,
  ): Promise<void> {
    const due = clock.now() + delay
    for (let left = delay; current(text) && left > 0; left = due - clock.now()) {
      await rest(Math.min(watchPeriod, left))
      if ((await incarnation(dir)) !== before) return
    }
  }

  async function run(): Promise<void> {
    let published: Publication | undefined
    let last: Outcome['kind'] | undefined
    let tries = 0
    while (!ending.signal.aborted && newest) {
      if (newest !== published) last = undefined
      published = newest
      const before = await incarnation(dir)
      const began = clock.now()
      const outcome = await attempt(dir, published, ending.signal)
      if (ending.signal.aborted) return
      settled(outcome, clock.now() - began)
      // A relay that is back after a long silence is no reason to be slow with its listeners.
      tries = outcome.kind === last ? tries + 1 : 0
      last = outcome.kind
      await stand(published, patience(outcome, tries), before)
    }
  }

  return {
    offer(publication) {
      if (publication.text === newest?.text) return false
      newest = publication
      wake()
      running ??= run()
      return true
    },
    async close() {
      ending.abort()
      wake()
      await running
    },
  }
}

async function attempt(dir: string, next: Publication, signal: AbortSignal): Promise<Outcome> {
  try {
    const generation = await publish(dir, next)
    const answer = await ask(dir, generation, { signal })
    // What cannot be removed now is tried again after the next answer.
    await sweep(dir, answer.kind === 'unreachable' ? { spare } : {}).catch(() => [])
    return answer
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** How long an outcome is let stand. */
function patience(outcome: Outcome, tries: number): number {
  switch (outcome.kind) {
    case 'unreachable':
    case 'failed':
      return doubled(backoff, tries)
    case 'refused':
      return Number.POSITIVE_INFINITY
    case 'applied':
      return outcome.listeners.every(({ outcome: became }) => became === 'applied')
        ? Number.POSITIVE_INFINITY
        : doubled(listenerBackoff, tries)
  }
}

const doubled = ({ first, most }: typeof backoff, tries: number): number =>
  Math.min(first * 2 ** Math.min(tries, 20), most)
