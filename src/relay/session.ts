import type { Listen, Upstream } from '../config/config.ts'
import { printEndpoint } from '../wire/address.ts'
import type { Connection, Place } from '../wire/connection.ts'
import type { Splice } from '../wire/splice.ts'
import type { Endpoint } from './backends.ts'
import { carry } from './carry.ts'
import type { Way } from './fate.ts'
import { settle } from './ledger.ts'
import type { Held } from './limits.ts'
import { originOf } from './origin.ts'
import { type Owner, Reception } from './reception.ts'
import { type Ended, Record as SessionRecord } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import type { LoggedIn } from './verdict.ts'

/** One client, from accept to close: received up to its login, then relayed. */
export class Session implements Way, Owner {
  readonly record: SessionRecord
  /** Among the open ones, who set it. */
  place: number | undefined
  readonly #shared: Shared
  readonly #runtime: Runtime
  readonly #listen: Listen
  #reception: Reception | undefined
  #held: Held | undefined
  #splice: Splice | undefined
  #endpoint: Endpoint | undefined
  #closed: (() => void) | undefined

  constructor(
    connection: Connection,
    remote: Place | undefined,
    listen: Listen,
    runtime: Runtime,
    shared: Shared,
  ) {
    this.#shared = shared
    this.#runtime = runtime
    this.#listen = listen
    const origin = originOf(connection, remote)
    const client = printEndpoint(origin.address, origin.port)
    this.record = new SessionRecord(shared.newId(), runtime.protocol.name, listen.name, client)
    this.#reception = new Reception({
      connection,
      origin,
      record: this.record,
      listen,
      runtime,
      shared,
      owner: this,
    })
  }

  get listen(): Listen {
    return this.#listen
  }

  get upstream(): Upstream | undefined {
    return this.#runtime.upstream
  }

  get endpoint(): Endpoint | undefined {
    return this.#endpoint
  }

  /** Receives the client. `closed` is called at the end. */
  run(closed: () => void): void {
    this.#closed = closed
    this.#shared.sessions.add(this)
    try {
      this.#reception?.run()
    } catch (error) {
      this.broke(error)
    }
  }

  over(ended: Ended): void {
    if (!this.#splice) this.#finish(ended)
  }

  broke(error: unknown): void {
    this.#shared.log.error('session broke off', { id: this.record.id, error })
    this.record.failure = 'internal'
    this.destroy()
    this.over('relay')
  }

  /** Ends the session with a word to the client, if nothing of it is under way; whether it did. */
  leave(): boolean {
    if (!this.#splice) return this.#reception?.leave() ?? false
    if (!this.#splice.idle) return false
    const { name, words } = this.#runtime.protocol
    // POP3 knows no word that nobody asked for: it could land amid a message.
    this.#splice.farewell(name === 'pop3' ? '' : words.leaving)
    return true
  }

  /** Ends the session at once. */
  destroy(): void {
    if (this.#splice) this.#splice.destroy('leaving')
    else this.#reception?.destroy()
  }

  carry({ verdict, attempt, wire }: LoggedIn): void {
    const reception = this.#reception
    this.#reception = undefined
    reception?.close()
    this.#held = reception?.held
    this.#endpoint = verdict.endpoint
    try {
      this.#splice = carry({
        verdict,
        attempt,
        client: wire,
        record: this.record,
        listen: this.#listen,
        runtime: this.#runtime,
        shared: this.#shared,
        ended: ending => this.#finish(ending),
      })
    } catch (error) {
      // The leg, whose event this is, closes its own side.
      wire.destroy()
      throw error
    }
  }

  #finish(ended: Ended): void {
    if (!this.#closed) return
    this.#closed()
    this.#closed = undefined
    this.#reception?.close()
    const held = this.#held ?? this.#reception?.held
    held?.release()
    this.#shared.sessions.delete(this)
    const { up, down } = this.#splice ?? { up: 0, down: 0 }
    const end = { ended, up, down, endpoint: this.#endpoint }
    settle(this.record, end, this.#runtime, this.#shared)
  }
}
