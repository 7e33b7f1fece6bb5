import { performance } from 'node:perf_hooks'
import type { Listen } from '../config/config.ts'
import { escaped } from '../observe/escape.ts'
import type { Attempt, Front } from '../protocol/protocol.ts'
import type { Connection } from '../wire/connection.ts'
import { wipe } from '../wire/octets.ts'
import { Deadline } from '../wire/wheel.ts'
import { type Stop, Wire } from '../wire/wire.ts'
import type { Mechanism } from '../words/mechanism.ts'
import { Authentication } from './authenticate.ts'
import { Conversation, type GoOn, type Host } from './conversation.ts'
import { Guard } from './guard.ts'
import { secure } from './handshake.ts'
import type { Held } from './limits.ts'
import { unavailable } from './names.ts'
import { clientOf, type Origin } from './origin.ts'
import type { Ended, Record as SessionRecord } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import { dismiss, greeting, isPatient, type Newcomer, originBehind } from './threshold.ts'
import { refuse } from './token-refusal.ts'
import type { LoggedIn, Verdict } from './verdict.ts'

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

/** Whose client it is. */
export interface Owner {
  /** Takes the client over, logged in. */
  carry(login: LoggedIn): void
  /** The session is over without having been relayed. */
  over(ended: Ended): void
  /** This program is at fault. */
  broke(error: unknown): void
}

export class Reception implements Host {
  readonly #shared: Shared
  readonly #runtime: Runtime
  readonly #listen: Listen
  readonly #record: SessionRecord
  readonly #wire: Wire
  readonly #deadline: Deadline
  readonly #owner: Owner
  #origin: Origin
  #secure = false
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
    readonly owner: Owner
  }) {
    this.#shared = about.shared
    this.#runtime = about.runtime
    this.#listen = about.listen
    this.#record = about.record
    this.#origin = about.origin
    this.#owner = about.owner
    this.#wire = new Wire(about.connection)
    this.#deadline = new Deadline(() => this.#expired())
  }

  /** What the session counts against, once it is admitted. */
  get held(): Held | undefined {
    return this.#guard?.held
  }

  /** Receives the client; its owner hears what comes of it. */
  run(): void {
    const { proxyProtocol, ssl } = this.#listen
    this.#arm()
    if (proxyProtocol || ssl || this.#delay > 0) void this.#prepare()
    else if (this.#admitted()) this.#converse()
    else this.#owner.over('relay')
  }

  /** What takes its time before the greeting. */
  async #prepare(): Promise<void> {
    try {
      const ready =
        (!this.#listen.proxyProtocol || (await this.#proxied())) &&
        this.#admitted() &&
        (!this.#listen.ssl || (await this.#handshake(true))) &&
        (this.#delay === 0 || (await this.#isPatient()))
      if (ready) this.#converse()
      else this.#owner.over('relay')
    } catch (error) {
      this.broke(error)
    }
  }

  /** Milliseconds that the greeting is held. */
  get #delay(): number {
    return this.#record.protocol === 'smtp' ? this.#runtime.settings.smtp_greeting_delay : 0
  }

  #converse(): void {
    this.#record.stage = 'greeting'
    const { metrics } = this.#shared
    const { settings } = this.#runtime
    const about = { wire: this.#wire, record: this.#record, metrics, settings, host: this }
    new Conversation(about).begin(this.#greet())
  }

  over(stop: Stop | undefined): void {
    const { words } = this.#runtime.protocol
    if (stop === 'timeout') this.#wire.write(words.timedOut)
    if (stop === 'left') this.#wire.write(words.leaving)
    this.#wire.hangUp(this.#shared.wheel)
    this.#owner.over(stop ? endings[stop] : 'relay')
  }

  readonly broke = (error: unknown): void => this.#owner.broke(error)

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
    const { text, next } = greeting(this.#runtime, this.#record.id, this.#secure)
    this.#wire.write(text)
    this.#heed()
    return next
  }

  /** Takes the PROXY header; whether there is one. */
  async #proxied(): Promise<boolean> {
    const origin = await originBehind(this.#newcomer, this.#origin, this.#runtime.trusted)
    if (origin) this.#origin = origin
    return origin !== undefined || this.#refuse('proxy')
  }

  #refuse(reason: 'access' | 'limit' | 'proxy', text = ''): false {
    // Behind TLS that was not begun nobody would understand it.
    dismiss(this.#newcomer, reason, this.#listen.ssl ? '' : text)
    return false
  }

  /** Holds the greeting; whether the client waited for it. */
  #isPatient(): Promise<boolean> {
    this.#record.stage = 'greeting'
    this.#shared.wheel.arm(this.#deadline, this.#delay + this.#runtime.settings.timeout)
    return isPatient(this.#newcomer, this.#delay)
  }

  get #newcomer(): Newcomer {
    return { wire: this.#wire, record: this.#record, shared: this.#shared }
  }

  /** The handshake in the midst of a conversation. */
  secure(goOn: GoOn): void {
    const done = (secured: boolean) => {
      if (secured) this.#heed()
      goOn(secured)
    }
    this.#handshake(false).then(done).catch(this.broke)
  }

  /** Judges an attempt. */
  authenticate(attempt: Attempt, goOn: GoOn): void {
    const record = this.#record
    record.logins++
    record.mechanism = attempt.mechanism
    if (attempt.mechanism !== 'none') record.login = escaped(attempt.login, 128)
    const began = performance.now()
    const judge = (name: string) =>
      this.#judge(attempt, name, verdict => this.#answer(attempt, verdict, began, goOn))
    if (this.#name === undefined) judge(unavailable)
    else this.#name.then(judge).catch(this.broke)
  }

  /** `name`: the client's. */
  #judge(attempt: Attempt, name: string, then: (verdict: Verdict) => void): void {
    const about = { listen: this.#listen, record: this.#record, secure: this.#secure, name }
    const authentication = new Authentication({
      shared: this.#shared,
      runtime: this.#runtime,
      record: this.#record,
      client: clientOf(this.#origin, about),
      attempt,
      broke: this.broke,
    })
    // The judgement has deadlines of its own.
    this.#shared.wheel.disarm(this.#deadline)
    this.#wire.onGone = stop => {
      // Whoever ended with commands still unread has only ended its own half.
      if (stop !== 'ended' || this.#wire.waiting === 0) authentication.abandon()
    }
    if (this.#guard) this.#guard.judge(attempt, authentication, then)
    else authentication.run(then)
  }

  #answer(attempt: Attempt, verdict: Verdict, began: number, goOn: GoOn): void {
    const { tallies } = this.#runtime
    const { mechanism } = attempt
    wipe(attempt.login)
    wipe(attempt.password)
    const result = verdict.kind === 'carried' ? 'ok' : verdict.result
    tallies.logins(mechanism)(result).value++
    tallies.judging().observe((performance.now() - began) / 1000)
    if (verdict.kind === 'carried') this.#owner.carry({ verdict, attempt, wire: this.#wire })
    else
      this.#turnDown(verdict, mechanism)
        .then(() => goOn(verdict.stays))
        .catch(this.broke)
  }

  async #turnDown(
    verdict: Extract<Verdict, { kind: 'told' }>,
    mechanism: Mechanism,
  ): Promise<void> {
    if (verdict.wait > 0) {
      const held = this.#shared.wheel.sleep(verdict.wait)
      this.#wire.onGone = held.wake
      await held.over
    }
    this.#wire.onGone = undefined
    this.#heed()
    await refuse(this.#wire, verdict, mechanism)
  }

  /** The client's commands count again. */
  #heed(): void {
    this.#record.stage = 'commands'
    this.#arm()
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
