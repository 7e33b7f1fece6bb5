import type { Session } from './session.ts'

/**
 * The sessions that are open. They stand in an array, and each knows its place. A `Set` is rebuilt every
 * hundred sessions or so, and the tables that it leaves behind lead from each to the next: once one of them
 * is old, V8 keeps all that follow, and the sessions in them, until a full collection.
 */
export class Sessions {
  readonly #open: Session[] = []
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#open.length
  }

  has(session: Session): boolean {
    return session.place !== undefined && this.#open[session.place] === session
  }

  add(session: Session): void {
    session.place = this.#open.length
    this.#open.push(session)
  }

  delete(session: Session): void {
    const { place } = session
    if (place === undefined || !this.has(session)) return
    const last = this.#open.pop()
    if (last && last !== session) {
      this.#open[place] = last
      last.place = place
    }
    session.place = undefined
    if (this.#open.length > 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** Resolves when none is open. */
  none(): Promise<void> {
    if (this.#open.length === 0) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#open.values()
  }

  /** Ends all at once. */
  destroy(): void {
    for (const session of [...this.#open]) session.destroy()
  }
}
