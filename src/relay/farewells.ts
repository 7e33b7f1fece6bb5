import { Deadline, type Wheel } from '../wire/wheel.ts'
import type { Fate, Way } from './fate.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

/** Milliseconds between two looks at who is due. */
const look = 100
/** Milliseconds from one session to the next, if there is time enough: few sessions are soon done. */
const longestGap = 250
/** The share of the time over which sessions are told; the rest is for those that were busy. */
const telling = 0.8

/**
 * The sessions that had better connect again: told one after the other, in random order, each as soon
 * as nothing of it is under way. They are spread over the time that there is, so that no storm of
 * reconnects follows. Nobody is cut off here.
 */
export class Farewells {
  readonly #sessions: Sessions
  readonly #wheel: Wheel
  readonly #random: () => number
  /** When each is told, in `performance.now()`'s time. */
  readonly #due = new Map<Session, number>()
  readonly #next = new Deadline(() => this.#look())
  #fate: (way: Way) => Fate = () => 'stays'
  #leaving = false

  constructor(sessions: Sessions, wheel: Wheel, random: () => number = Math.random) {
    this.#sessions = sessions
    this.#wheel = wheel
    this.#random = random
  }

  /**
   * Tells whom `fate` does not let stay, within `within` ms; those that are new among them. Who waits
   * already keeps its turn, and whoever may stay after all is told nothing when it comes.
   */
  tell(fate: (way: Way) => Fate, within: number): readonly Session[] {
    if (this.#leaving) return []
    this.#fate = fate
    const fresh = [...this.#sessions].filter(
      session => !this.#due.has(session) && fate(session) !== 'stays',
    )
    this.#schedule(fresh, within)
    return fresh
  }

  /** Tells all of them, whatever else was said before or is said later. */
  tellAll(within: number): void {
    this.#leaving = true
    this.#fate = () => 'listener'
    this.#schedule([...this.#sessions], within)
  }

  #schedule(fresh: readonly Session[], within: number): void {
    const now = performance.now()
    for (const [session, at] of schedule(fresh, within, this.#random))
      this.#due.set(session, now + at)
    this.#look()
  }

  #look(): void {
    const now = performance.now()
    for (const [session, at] of this.#due)
      if (at <= now && this.#isDone(session)) this.#due.delete(session)
    if (this.#due.size > 0) this.#wheel.arm(this.#next, look)
    else this.#wheel.disarm(this.#next)
  }

  /** Whether there is no need, or no need any more, to tell it. */
  #isDone(session: Session): boolean {
    if (!this.#sessions.has(session)) return true
    const fate = this.#fate(session)
    return fate === 'stays' || (fate !== 'undecided' && session.leave())
  }
}

/** When each session is told, in ms from now. */
export function schedule<T>(
  sessions: readonly T[],
  within: number,
  random: () => number,
): Map<T, number> {
  const gap = Math.min(longestGap, (within * telling) / Math.max(1, sessions.length))
  const order = sessions
    .map(session => ({ session, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
  return new Map(order.map(({ session }, at) => [session, at * gap]))
}
