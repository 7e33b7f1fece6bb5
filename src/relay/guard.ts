import type { ServerSettings } from '../config/config.ts'
import type { Attempt, Words } from '../protocol/protocol.ts'
import { type Held, type Limits, networkOf, userOf } from './limits.ts'
import type { Runtime } from './runtime.ts'
import type { Verdict } from './verdict.ts'

interface Judging {
  run(then: (verdict: Verdict) => void): void
}

/** Counts one session in, and judges its logins by what failed before. */
export class Guard {
  readonly #limits: Limits
  readonly #settings: ServerSettings
  readonly #words: Words
  readonly #listener: string
  readonly #client: string
  readonly #free: boolean
  #held: Held | undefined

  /** `address`: the client's, canonical. */
  constructor(limits: Limits, runtime: Runtime, listener: string, address: string) {
    const { settings, exempt, protocol } = runtime
    this.#limits = limits
    this.#settings = settings
    this.#words = protocol.words
    this.#listener = listener
    const limited = settings.limit_conn.length > 0 || settings.limit_login.length > 0
    this.#free = !limited || exempt(address)
    this.#client = this.#free ? '' : networkOf(address)
  }

  /** What the session counts against, until it is released. */
  get held(): Held | undefined {
    return this.#held
  }

  /** Counts the session; the limit that is reached, if one is. */
  admit(): 'listener' | 'client' | undefined {
    if (this.#free) return undefined
    const place = { listener: this.#listener, client: this.#client }
    const held = this.#limits.admit(this.#settings.limit_conn, place)
    if ('reached' in held) return held.reached
    this.#held = held
    return undefined
  }

  /** The verdict of `judge`, unless a limit speaks first; failures are counted and answered later. */
  judge(attempt: Attempt, judge: Judging, then: (verdict: Verdict) => void): void {
    const counted = !this.#free && attempt.mechanism !== 'none'
    if (counted) this.#limited(attempt, judge, then)
    else judge.run(then)
  }

  #limited(attempt: Attempt, judge: Judging, then: (verdict: Verdict) => void): void {
    const limits = this.#limits
    const words = this.#words
    const { limit_conn, limit_login } = this.#settings
    const user = userOf(attempt.login)
    if (limits.refuses(limit_login, this.#client, user)) {
      then(turnedAway(words.barred(attempt, 'Too many failed logins')))
      return
    }
    const held = this.#held
    const before = held?.size ?? 0
    if (held && !limits.admitUser(limit_conn, held, user)) {
      held.release(before)
      then(turnedAway(words.barred(attempt, 'Too many connections')))
      return
    }
    judge.run(verdict => {
      if (verdict.kind === 'carried') limits.succeeded(limit_login, this.#client, user)
      else held?.release(before)
      if (verdict.kind === 'carried' || verdict.result !== 'denied') then(verdict)
      else {
        const delay = limits.failed(limit_login, this.#client, user)
        then({ ...verdict, wait: Math.max(verdict.wait, delay) })
      }
    })
  }
}

function turnedAway(text: string): Verdict {
  return { kind: 'told', text, stays: true, wait: 0, result: 'limited' }
}
