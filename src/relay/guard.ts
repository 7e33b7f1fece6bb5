import type { ServerSettings } from '../config/config.ts'
import type { Attempt, Words } from '../protocol/protocol.ts'
import { type Held, type Limits, networkOf, userOf } from './limits.ts'
import type { Runtime } from './runtime.ts'
import type { Verdict } from './verdict.ts'

interface Judging {
  run(): Promise<Verdict>
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
  judge(attempt: Attempt, judge: Judging): Promise<Verdict> {
    const counted = !this.#free && attempt.mechanism !== 'none'
    return counted ? this.#limited(attempt, judge) : judge.run()
  }

  async #limited(attempt: Attempt, judge: Judging): Promise<Verdict> {
    const limits = this.#limits
    const words = this.#words
    const { limit_conn, limit_login } = this.#settings
    const user = userOf(attempt.login)
    if (limits.refuses(limit_login, this.#client, user))
      return turnedAway(words.barred(attempt, 'Too many failed logins'))
    const held = this.#held
    const before = held?.size ?? 0
    if (held && !limits.admitUser(limit_conn, held, user)) {
      held.release(before)
      return turnedAway(words.barred(attempt, 'Too many connections'))
    }
    const verdict = await judge.run()
    if (verdict.kind === 'carried') {
      limits.succeeded(limit_login, this.#client, user)
      return verdict
    }
    held?.release(before)
    if (verdict.result !== 'denied') return verdict
    const delay = limits.failed(limit_login, this.#client, user)
    return { ...verdict, wait: Math.max(verdict.wait, delay) }
  }
}

function turnedAway(text: string): Verdict {
  return { kind: 'told', text, stays: true, wait: 0, result: 'limited' }
}
