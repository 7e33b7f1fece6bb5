import type { Session } from './session.ts'

/** The sessions that are open. */
export class Sessions {
  readonly #open = new Set<Session>()
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#open.size
  }

  has(session: Session): boolean {
    return this.#open.has(session)
  }

  add(session: Session): void {
    this.#open.add(session)
  }

  delete(session: Session): void {
    this.#open.delete(session)
    if (this.#open.size > 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** Resolves when none is open. */
  none(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve()
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
