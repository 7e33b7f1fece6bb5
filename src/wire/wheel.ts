import { performance } from 'node:perf_hooks'

/**
 * All deadlines of a process on one timer: a hashed wheel. A deadline that is pushed back, as
 * traffic does all the time, is only given its new time and moved when its old slot comes round.
 */

/** Milliseconds a slot; a deadline is late by at most this much, never early. */
const slotTime = 100
const slots = 1024

/** One deadline; armed and disarmed on its wheel as often as needed. */
export class Deadline {
  readonly expired: () => void
  /** When it is due, in the wheel's time; `Infinity`: not at all. */
  due = Number.POSITIVE_INFINITY
  /** The slot number, counted since the wheel began, in whose list it stands; -1: in none. */
  turn = -1
  next: Deadline | undefined
  previous: Deadline | undefined

  constructor(expired: () => void) {
    this.expired = expired
  }
}

export interface Sleep {
  readonly over: Promise<void>
  readonly wake: () => void
}

export class Wheel {
  readonly #now: () => number
  readonly #heads: (Deadline | undefined)[] = new Array(slots).fill(undefined)
  /** The slot number up to which everything that was due has been called. */
  #turned: number
  #count = 0
  #timer: NodeJS.Timeout | undefined

  /** `now` in milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#turned = Math.floor(now() / slotTime)
  }

  /** How many deadlines stand on the wheel, pushed back and disarmed ones included until their slot comes. */
  get size(): number {
    return this.#count
  }

  /** Sets `deadline` to `after` milliseconds from now, whatever it was set to. */
  arm(deadline: Deadline, after: number): void {
    deadline.due = this.#now() + after
    const turn = this.#turnOf(deadline.due)
    if (deadline.turn >= 0 && deadline.turn <= turn) return
    if (deadline.turn >= 0) this.#unlink(deadline)
    this.#link(deadline, turn)
    this.#timer ??= this.#start()
  }

  disarm(deadline: Deadline): void {
    deadline.due = Number.POSITIVE_INFINITY
    if (deadline.turn >= 0) this.#unlink(deadline)
  }

  /** Resolves after `after` milliseconds, or at once when `wake` is called. */
  sleep(after: number): Sleep {
    const { promise, resolve } = Promise.withResolvers<void>()
    const deadline = new Deadline(resolve)
    this.arm(deadline, after)
    return {
      over: promise,
      wake: () => {
        this.disarm(deadline)
        resolve()
      },
    }
  }

  /** Calls everything that is due; the wheel's own timer does this. */
  turn(): void {
    const now = this.#now()
    const last = Math.floor(now / slotTime)
    const first = Math.max(this.#turned + 1, last - slots + 1)
    this.#turned = Math.max(this.#turned, last)
    for (let turn = first; turn <= last; turn++) this.#visit(turn % slots, now)
    if (this.#count === 0 && this.#timer) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #visit(slot: number, now: number): void {
    const due: Deadline[] = []
    let deadline = this.#heads[slot]
    while (deadline) {
      const next = deadline.next
      this.#unlink(deadline)
      if (deadline.due <= now) due.push(deadline)
      else if (deadline.due !== Number.POSITIVE_INFINITY) {
        this.#link(deadline, this.#turnOf(deadline.due))
      }
      deadline = next
    }
    for (const expired of due) {
      // One that was called before it may have disarmed it or set it anew.
      if (expired.due > now || expired.turn >= 0) continue
      expired.due = Number.POSITIVE_INFINITY
      expired.expired()
    }
  }

  #turnOf(due: number): number {
    const turn = Math.max(this.#turned + 1, Math.ceil(due / slotTime))
    return Math.min(turn, this.#turned + slots - 1)
  }

  #start(): NodeJS.Timeout {
    return setInterval(() => this.turn(), slotTime).unref()
  }

  #link(deadline: Deadline, turn: number): void {
    const slot = turn % slots
    const head = this.#heads[slot]
    deadline.turn = turn
    deadline.next = head
    if (head) head.previous = deadline
    this.#heads[slot] = deadline
    this.#count++
  }

  #unlink(deadline: Deadline): void {
    if (deadline.previous) deadline.previous.next = deadline.next
    else this.#heads[deadline.turn % slots] = deadline.next
    if (deadline.next) deadline.next.previous = deadline.previous
    deadline.next = undefined
    deadline.previous = undefined
    deadline.turn = -1
    this.#count--
  }
}
