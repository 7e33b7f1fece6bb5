import type { Listen } from '../config/config.ts'
import { escaped } from '../observe/escape.ts'
import type { Attempt, Front } from '../protocol/protocol.ts'
import { printEndpoint } from '../wire/address.ts'
import type { Connection, Place } from '../wire/connection.ts'
import type { Splice } from '../wire/splice.ts'
import { Deadline } from '../wire/wheel.ts'
import { type Stop, Wire } from '../wire/wire.ts'
import { Authentication } from './authenticate.ts'
import type { Endpoint } from './backends.ts'
import { carry } from './carry.ts'
import { Conversation } from './conversation.ts'
import { Guard } from './guard.ts'
import { secure } from './handshake.ts'
import { settle } from './ledger.ts'
import { unavailable } from './names.ts'
import { behind, clientOf, type Origin, originOf, readProxyHeader } from './origin.ts'
import { type Ended, Record as SessionRecord } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import { refuse } from './token-refusal.ts'

/**
 * One client, from accept to close: greet, take commands, judge the login, relay. The protocol
 * decides what is said; this is the one place that says it, upgrades to TLS, counts faults and keeps
 * the deadlines.
 */

/** Who brought a session to its end that was never relayed. */
const endings: Readonly<Record<Stop, Ended>> = {
  timeout: 'timeout',
  left: 'leaving',
  ended: 'client',
  broken: 'client',
}

export class Session {
  readonly record: SessionRecord
  readonly #shared: Shared
  readonly #runtime: Runtime
  readonly #listen: Listen
  readonly #wire: Wire
  readonly #deadline: Deadline
  #origin: Origin
  #secure = false
  /** Started as soon as the client's address is known, awaited when a backend must be told. */
  #name: Promise<string> | undefined
  #abandonHandshake: (() => void) | undefined
  #guard: Guard | undefined
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
    this.#origin = originOf(connection, remote)
    const { address, port } = this.#origin
    const client = printEndpoint(address, port)
    this.record = new SessionRecord(shared.newId(), runtime.protocol.name, listen.name, client)
    this.#wire = new Wire(connection)
    this.#deadline = new Deadline(() => this.#expired())
  }

  /** Carries the session up to its relay phase, or to its end. Never rejects. `closed` is called at the end. */
  async run(closed: () => void): Promise<void> {
    this.#closed = closed
    this.#shared.sessions.add(this)
    try {
      const front = await this.#open()
      if (front) await this.#converse(front)
    } catch (error) {
      this.#shared.log.error('session broke off', { id: this.record.id, error })
      this.record.failure = 'internal'
      this.#wire.destroy()
    }
    if (!this.#splice) this.#finish('relay')
  }

  /** Ends the session with a word to the client, if nothing of it is under way; whether it did. */
  leave(): boolean {
    const { name, words } = this.#runtime.protocol
    if (this.#splice) {
      if (!this.#splice.idle) return false
      // POP3 knows no word that nobody asked for: it could land amid a message.
      this.#splice.farewell(name === 'pop3' ? '' : words.leaving)
      return true
    }
    if (this.record.stage !== 'commands') return false
    this.#wire.interrupt('left')
    return true
  }

  /** Ends the session at once. */
  destroy(): void {
    if (this.#splice) this.#splice.destroy('leaving')
    else if (this.#abandonHandshake) this.#abandonHandshake()
    else this.#wire.destroy()
  }

  async #open(): Promise<Front | undefined> {
    this.#arm()
    const bad = this.#listen.proxyProtocol ? await this.#proxied() : undefined
    if (bad !== undefined) {
      this.record.failure ??= 'protocol'
      this.record.reason = bad
      return this.#refuse('proxy')
    }
    const { settings, admits } = this.#runtime
    const { address } = this.#origin
    const { words } = this.#runtime.protocol
    if (admits?.(address) === false) return this.#refuse('access', words.forbidden)
    this.#guard = new Guard(this.#shared.limits, this.#runtime, this.#listen.name, address)
    const reached = this.#guard.admit()
    if (reached) return this.#refuse('limit', words.crowded)
    if (this.record.protocol === 'smtp')
      this.#name = this.#shared.resolvers.of(settings)?.of(address)
    if (this.#listen.ssl && !(await this.#handshake(true))) return undefined
    this.record.stage = 'greeting'
    if (settings.smtp_greeting_delay > 0 && this.record.protocol === 'smtp') {
      if (await this.#spokeEarly(settings.smtp_greeting_delay)) return undefined
    }
    const door = this.#runtime.door()
    const salt = door.salted ? `<${this.record.id}.${Date.now()}@${settings.server_name}>` : ''
    const { text, next } = door.greet({ secure: this.#secure, salt })
    this.#arm()
    this.#wire.write(text)
    this.record.stage = 'commands'
    return next
  }

  /** Takes the PROXY header; why it cannot be, if so. */
  async #proxied(): Promise<string | undefined> {
    const header = await readProxyHeader(this.#wire)
    if (header.kind === 'invalid') return `PROXY header: ${header.reason}`
    this.#origin = behind(this.#origin, header, this.#runtime.trusted)
    this.record.client = printEndpoint(this.#origin.address, this.#origin.port)
    return undefined
  }

  /** Ends the session before its greeting, with `text` where the client would understand it. */
  #refuse(reason: 'access' | 'limit' | 'proxy', text = ''): undefined {
    const { protocol, listener } = this.record
    this.record.reason ??= reason
    const labels = { protocol, listener, reason }
    this.#shared.metrics.counter('connections_rejected_total', labels).value++
    if (this.#listen.ssl || text === '') this.#wire.destroy()
    else {
      this.#wire.write(text)
      this.#wire.hangUp(this.#shared.wheel)
    }
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
      this.record.failure = 'protocol'
    }
    this.#wire.hangUp(this.#shared.wheel)
    return true
  }

  async #converse(front: Front): Promise<void> {
    const conversation = new Conversation({
      wire: this.#wire,
      record: this.record,
      metrics: this.#shared.metrics,
      maxErrors: this.#runtime.settings.max_errors,
      maxCommands: this.#runtime.settings.max_commands,
      secure: async () => {
        if (!(await this.#handshake(false))) return false
        this.record.stage = 'commands'
        this.#arm()
        return true
      },
      authenticate: attempt => this.#authenticate(attempt),
    })
    const stop = await conversation.run(front)
    if (this.#splice) return
    const { timedOut, leaving } = this.#runtime.protocol.words
    if (stop === 'timeout') this.#wire.write(timedOut)
    if (stop === 'left') this.#wire.write(leaving)
    this.#wire.hangUp(this.#shared.wheel)
    if (stop) this.#finish(endings[stop])
  }

  /** Whether the dialogue with the client goes on. */
  async #authenticate(attempt: Attempt): Promise<boolean> {
    const { record } = this
    const { wheel, metrics } = this.#shared
    record.logins++
    record.mechanism = attempt.mechanism
    if (attempt.mechanism !== 'none') record.login = escaped(attempt.login, 128)
    const began = performance.now()
    const name = (await this.#name) ?? unavailable
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
    const judge = () => authentication.run()
    const verdict = await (this.#guard?.judge(attempt, judge) ?? judge())
    attempt.login.fill(0)
    attempt.password.fill(0)
    const { protocol } = record
    const result = verdict.kind === 'carried' ? 'ok' : verdict.result
    metrics.counter('auth_total', { protocol, mechanism: attempt.mechanism, result }).value++
    metrics
      .histogram('auth_duration_seconds', { protocol })
      .observe((performance.now() - began) / 1000)
    if (verdict.kind === 'carried') {
      this.#endpoint = verdict.endpoint
      this.#splice = carry({
        verdict,
        attempt,
        client: this.#wire,
        record,
        listen: this.#listen,
        runtime: this.#runtime,
        shared: this.#shared,
        ended: ending => this.#finish(ending),
      })
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
    const handshake = secure(this.#wire, this.#runtime, this.#shared, this.record, implicit)
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
    this.record.failure ??= 'timeout'
    if (this.#abandonHandshake) this.#abandonHandshake()
    else this.#wire.interrupt('timeout')
  }

  #finish(ended: Ended): void {
    if (!this.#closed) return
    this.#closed()
    this.#closed = undefined
    this.#guard?.release()
    this.#shared.wheel.disarm(this.#deadline)
    this.#shared.sessions.delete(this)
    const { up, down } = this.#splice ?? { up: 0, down: 0 }
    const end = { ended, up, down, endpoint: this.#endpoint }
    settle(this.record, end, this.#runtime.settings, this.#shared)
  }
}
