import type { Clock } from '../../src/source/clock.ts'

/** A clock that moves when told; what is due runs in the order of its time. */
export class StillClock implements Clock {
  #now = 0
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>()

  now(): number {
    return this.#now
  }

  after(delay: number, run: () => void): () => void {
    const entry = { at: this.#now + delay, run }
    this.#waiting.add(entry)
    return () => this.#waiting.delete(entry)
  }

  pass(time: number): void {
    const end = this.#now + time
    for (;;) {
      const due = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#now = Math.max(this.#now, due.at)
      this.#waiting.delete(due)
      due.run()
    }
    this.#now = end
  }
}
