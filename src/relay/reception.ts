import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import type { Listen } from '../config/config.ts'
import { escaped } from '../observe/escape.ts'
import type { Attempt, Front } from '../protocol/protocol.ts'
import { printEndpoint } from '../wire/address.ts'
import type { Connection } from '../wire/connection.ts'
import { Deadline } from '../wire/wheel.ts'
import { type Stop, Wire } from '../wire/wire.ts'
import { Authentication } from './authenticate.ts'
import { Conversation, type Host } from './conversation.ts'
import { Guard } from './guard.ts'
import { secure } from './handshake.ts'
import type { Held } from './limits.ts'
import { unavailable } from './names.ts'
import { behind, clientOf, type Origin, readProxyHeader } from './origin.ts'
import type { Ended, Record as SessionRecord } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import { refuse } from './token-refusal.ts'
import type { Verdict } from './verdict.ts'

/**
 * A client up to its login: greet, take commands, judge. The protocol decides what is said; this is
 * the one place that says it, upgrades to TLS, counts faults and keeps the deadlines. Nothing of it is
 * kept once the session is relayed.
 */

/** Who brought a session to its end that was never relayed. */
const endings: Readonly<Record<Stop, Ended>> = {
  timeout: 'timeout',
  left: 'leaving',
  ended: 'client',
  broken: 'client',
}

/** A login that went well, on its way to the relay phase. */
export interface LoggedIn {
  readonly verdict: Extract<Verdict, { kind: 'carried' }>
  readonly attempt: Attempt
  readonly wire: Wire
}

export class Reception implements Host {
  readonly #shared: Shared
  readonly #runtime: Runtime
  readonly #listen: Listen
  readonly #record: SessionRecord
  readonly #wire: Wire
  readonly #deadline: Deadline
  readonly #carry: (login: LoggedIn) => void
  #origin: Origin
  #secure = false
  #carried = false
  /** Started as soon as the client's address is known, awaited when a backend must be told. */
  #name: Promise<string> | undefined
  #abandonHandshake: (() => void) | undefined
  #guard: Guard | undefined

  constructor(about: {
    readonly connection: Connection
    readonly origin: Origin
    readonly record: SessionRecord
    readonly listen: Listen
    readonly runtime: Runtime
    readonly shared: Shared
    /** Takes the client over. */
    readonly carry: (login: LoggedIn) => void
  }) {
    this.#shared = about.shared
    this.#runtime = about.runtime
    this.#listen = about.listen
    this.#record = about.record
    this.#origin = about.origin
    this.#carry = about.carry
    this.#wire = new Wire(about.connection)
    this.#deadline = new Deadline(() => this.#expired())
  }

  /** What the session counts against, once it is admitted. */
  get held(): Held | undefined {
    return this.#guard?.held
  }

  /** Who ended the session; `undefined`: it is relayed. */
  async run(): Promise<Ended | undefined> {
    const { protocol, settings } = this.#runtime
    this.#arm()
    if (this.#listen.proxyProtocol && !(await this.#proxied())) return 'relay'
    if (!this.#admitted()) return 'relay'
    if (this.#listen.ssl && !(await this.#handshake(true))) return 'relay'
    this.#record.stage = 'greeting'
    const delay = settings.smtp_greeting_delay
    if (delay > 0 && this.#record.protocol === 'smtp' && (await this.#spokeEarly(delay)))
      return 'relay'
    const { metrics } = this.#shared
    const about = { wire: this.#wire, record: this.#record, metrics, settings, host: this }
    const stop = await new Conversation(about).run(this.#greet())
    if (this.#carried) return undefined
    if (stop === 'timeout') this.#wire.write(protocol.words.timedOut)
    if (stop === 'left') this.#wire.write(protocol.words.leaving)
    this.#wire.hangUp(this.#shared.wheel)
    return stop ? endings[stop] : 'relay'
  }

  /** Ends the session with a word to the client, if nothing of it is under way; whether it did. */
  leave(): boolean {
    if (this.#record.stage !== 'commands') return false
    this.#wire.interrupt('left')
    return true
  }

  /** Ends the session at once. */
  destroy(): void {
    if (this.#abandonHandshake) this.#abandonHandshake()
    else this.#wire.destroy()
  }

  /** The session is relayed, or over. */
  close(): void {
    this.#shared.wheel.disarm(this.#deadline)
  }

  /** Whether the client may be served. */
  #admitted(): boolean {
    const { admits, protocol, settings } = this.#runtime
    const { address } = this.#origin
    if (admits?.(address) === false) return this.#refuse('access', protocol.words.forbidden)
    this.#guard = new Guard(this.#shared.limits, this.#runtime, this.#listen.name, address)
    if (this.#guard.admit()) return this.#refuse('limit', protocol.words.crowded)
    if (this.#record.protocol === 'smtp')
      this.#name = this.#shared.resolvers.of(settings)?.of(address)
    return true
  }

  #greet(): Front {
    const door = this.#runtime.door()
    const { server_name } = this.#runtime.settings
    const salt = door.salted ? `<${this.#record.id}.${Date.now()}@${server_name}>` : ''
    const { text, next } = door.greet({ secure: this.#secure, salt })
    this.#arm()
    this.#wire.write(text)
    this.#record.stage = 'commands'
    return next
  }

  /** Takes the PROXY header; whether there is one. */
  async #proxied(): Promise<boolean> {
    const header = await readProxyHeader(this.#wire)
    if (header.kind === 'invalid') {
      this.#record.failure ??= 'protocol'
      this.#record.reason = `PROXY header: ${header.reason}`
      return this.#refuse('proxy')
    }
    this.#origin = behind(this.#origin, header, this.#runtime.trusted)
    this.#record.client = printEndpoint(this.#origin.address, this.#origin.port)
    return true
  }

  /** Ends the session before its greeting, with `text` where the client would understand it. */
  #refuse(reason: 'access' | 'limit' | 'proxy', text = ''): false {
    const { protocol, listener } = this.#record
    this.#record.reason ??= reason
    const labels = { protocol, listener, reason }
    this.#shared.metrics.counter('connections_rejected_total', labels).value++
    if (this.#listen.ssl || text === '') this.#wire.destroy()
    else {
      this.#wire.write(text)
      this.#wire.hangUp(this.#shared.wheel)
    }
    return false
  }

  /** Holds the greeting; a client that does not wait for it is turned away (it is no mail program). */
  async #spokeEarly(delay: number): Promise<boolean> {
    const wire = this.#wire
    this.#shared.wheel.arm(this.#deadline, delay + this.#runtime.settings.timeout)
    const patience = new Deadline(() => wire.giveUp())
    this.#shared.wheel.arm(patience, delay)
    const input = await wire.read({ kind: 'octets', count: 1 })
    this.#shared.wheel.disarm(patience)
    if (input === 'timeout' && !wire.stopped) return false
    if (Buffer.isBuffer(input)) {
      this.#wire.write('503 5.5.0 Improper use of SMTP command pipelining\r\n')
      this.#record.failure = 'protocol'
    }
    this.#wire.hangUp(this.#shared.wheel)
    return true
  }

  /** The handshake in the midst of a conversation; whether it went well. */
  async secure(): Promise<boolean> {
    if (!(await this.#handshake(false))) return false
    this.#record.stage = 'commands'
    this.#arm()
    return true
  }

  /** Judges an attempt; whether the dialogue with the client goes on. */
  async authenticate(attempt: Attempt): Promise<boolean> {
    const record = this.#record
    const { wheel, metrics } = this.#shared
    record.logins++
    record.mechanism = attempt.mechanism
    if (attempt.mechanism !== 'none') record.login = escaped(attempt.login, 128)
    const began = performance.now()
    const name = this.#name === undefined ? unavailable : await this.#name
    const about = { listen: this.#listen, record, secure: this.#secure, name }
    const client = clientOf(this.#origin, about)
    const authentication = new Authentication({
      shared: this.#shared,
      runtime: this.#runtime,
      record,
      client,
      attempt,
    })
    // The judgement has deadlines of its own.
    wheel.disarm(this.#deadline)
    this.#wire.onGone = stop => {
      // Whoever ended with commands still unread has only ended its own half.
      if (stop !== 'ended' || this.#wire.waiting === 0) authentication.abandon()
    }
    const verdict = await (this.#guard?.judge(attempt, authentication) ?? authentication.run())
    attempt.login.fill(0)
    attempt.password.fill(0)
    const { protocol } = record
    const result = verdict.kind === 'carried' ? 'ok' : verdict.result
    metrics.counter('auth_total', { protocol, mechanism: attempt.mechanism, result }).value++
    metrics
      .histogram('auth_duration_seconds', { protocol })
      .observe((performance.now() - began) / 1000)
    if (verdict.kind === 'carried') {
      this.#carried = true
      this.#carry({ verdict, attempt, wire: this.#wire })
      return false
    }
    if (verdict.wait > 0) {
      const held = wheel.sleep(verdict.wait)
      this.#wire.onGone = held.wake
      await held.over
    }
    this.#wire.onGone = undefined
    record.stage = 'commands'
    this.#arm()
    await refuse(this.#wire, verdict, attempt.mechanism)
    return verdict.stays
  }

  async #handshake(implicit: boolean): Promise<boolean> {
    this.#arm()
    const handshake = secure(this.#wire, this.#runtime, this.#shared, this.#record, implicit)
    this.#abandonHandshake = handshake?.abandon
    const outcome = await handshake?.done
    this.#abandonHandshake = undefined
    this.#secure = outcome === 'done'
    if (typeof outcome === 'object') {
      this.#wire.write(outcome.refused)
      this.#wire.hangUp(this.#shared.wheel)
    }
    return this.#secure
  }

  #arm(): void {
    this.#shared.wheel.arm(this.#deadline, this.#runtime.settings.timeout)
  }

  #expired(): void {
    this.#record.failure ??= 'timeout'
    if (this.#abandonHandshake) this.#abandonHandshake()
    else this.#wire.interrupt('timeout')
  }
}
