import { Buffer } from 'node:buffer'
import { isIP } from 'node:net'
import { type SecureContext, connect as secure, type TLSSocket } from 'node:tls'
import { escaped } from '../observe/escape.ts'
import type { Back, BackFacts, BackStep } from '../protocol/protocol.ts'
import type { Connection } from '../wire/connection.ts'
import type { Dialling, Sockets } from '../wire/sockets.ts'
import { highWaterMark } from '../wire/stream-connection.ts'
import { Deadline, type Wheel } from '../wire/wheel.ts'
import { type Input, Wire } from '../wire/wire.ts'
import type { Failure } from '../words/failure.ts'
import type { Stage } from '../words/stage.ts'
import type { Endpoint } from './backends.ts'

/**
 * One try at one backend: dial, run the protocol's back half line by line, and end with a connection
 * that is logged in or with the reason why there is none. Every wait has a deadline, and `abandon`
 * (the client left) ends it at once.
 */
export type LegEnd =
  | {
      readonly kind: 'relay'
      readonly backend: Wire
      readonly reply: Buffer
      readonly facts: BackFacts
    }
  | { readonly kind: 'refused'; readonly reply: Buffer; readonly facts: BackFacts }
  | {
      readonly kind: 'fail'
      readonly failure: Failure
      readonly reason: string
      readonly reply?: Buffer
      readonly facts?: BackFacts
    }

export interface LegPlan {
  readonly endpoint: Endpoint
  readonly back: Back
  /** `proxy_connect_timeout`, ms. */
  readonly connectTimeout: number
  /** `timeout`, ms: for the whole dialogue up to the end of the login. */
  readonly timeout: number
  /** `proxy_buffer`, octets: each reply must fit. */
  readonly replySize: number
  /** TLS from the first octet. */
  readonly implicit: boolean
  /** A PROXY header, which goes out before anything else. */
  readonly preface: Buffer | undefined
  readonly context: SecureContext
  readonly verify: boolean
  /** The name to ask for and to verify; `undefined`: the address. */
  readonly tlsName: string | undefined
  readonly wheel: Wheel
  readonly sockets: Sockets
  /** Where each stage is noted as it begins. */
  readonly progress: { stage: Stage }
  /** This program is at fault. */
  readonly broke: (error: unknown) => void
}

export class BackLeg {
  readonly #plan: LegPlan
  readonly #over: (end: LegEnd) => void
  readonly #deadline: Deadline
  #back: Back
  /** Octets that may still come of the backend's reply. */
  #room: number
  #dialling: Dialling | undefined
  #wire: Wire | undefined
  #late = false
  #abandoned = false
  #handshaking: TLSSocket | undefined

  /** `over` is told what it came to, once, unless this program is at fault (`broke`). */
  constructor(plan: LegPlan, over: (end: LegEnd) => void) {
    this.#plan = plan
    this.#over = over
    this.#back = plan.back
    this.#room = plan.replySize
    this.#deadline = new Deadline(() => {
      this.#late = true
      this.#stop()
    })
  }

  run(): void {
    const { connectTimeout, endpoint, progress, sockets, wheel } = this.#plan
    progress.stage = 'connect'
    wheel.arm(this.#deadline, connectTimeout)
    this.#dialling = sockets.dial(endpoint.address, endpoint.port, this.#dialled)
  }

  /** The client left: ends the try wherever it stands. */
  abandon(): void {
    this.#abandoned = true
    this.#stop()
  }

  #stop(): void {
    this.#dialling?.abandon()
    this.#wire?.interrupt(this.#late ? 'timeout' : 'left')
    this.#handshaking?.destroy()
  }

  readonly #dialled = (outcome: Connection | Error): void => {
    this.#dialling = undefined
    try {
      if (outcome instanceof Error) this.#end(this.#unreached(outcome))
      else this.#reached(outcome)
    } catch (error) {
      this.#broke(error)
    }
  }

  #unreached(error: Error): LegEnd {
    if (this.#late) return fail('timeout', 'did not accept the connection in time')
    const code = 'code' in error ? String(error.code) : 'no connection'
    return fail('connect', `did not accept the connection: ${code}`)
  }

  #reached(connection: Connection): void {
    const { implicit, preface, timeout, wheel } = this.#plan
    const wire = new Wire(connection)
    this.#wire = wire
    if (this.#abandoned) {
      this.#end(fail('connect', 'was left, as the client had gone'))
      return
    }
    wheel.arm(this.#deadline, timeout)
    if (preface) wire.writeSecret(preface)
    if (implicit) void this.#encrypt(wire, undefined)
    else this.#hear(wire)
  }

  readonly #go = (): void => {
    try {
      if (this.#wire) this.#hear(this.#wire)
    } catch (error) {
      this.#broke(error)
    }
  }

  /** Answers what is here, and waits for more. */
  #hear(wire: Wire): void {
    const { progress } = this.#plan
    for (let goesOn = true; goesOn; ) {
      progress.stage = this.#back.stage
      const line = wire.take({ kind: 'line', atMost: this.#room })
      if (line === undefined) {
        wire.wait(this.#go)
        return
      }
      if (!Buffer.isBuffer(line)) {
        this.#end(unread(line))
        return
      }
      this.#room -= line.length
      goesOn = this.#does(this.#back.receive(line), wire)
    }
  }

  /** Whether the dialogue goes on at once. */
  #does(step: BackStep, wire: Wire): boolean {
    if (step.do === 'starttls') {
      void this.#encrypt(wire, step.then)
      return false
    }
    if (!('next' in step)) {
      this.#end(endOf(step, wire))
      return false
    }
    if (step.do === 'send') {
      wire.writeSecret(step.bytes)
      this.#room = this.#plan.replySize
    }
    this.#back = step.next
    return true
  }

  #end(end: LegEnd): void {
    this.#plan.wheel.disarm(this.#deadline)
    if (end.kind !== 'relay') this.#wire?.connection.destroySoon()
    this.#over(end)
  }

  #broke(error: unknown): void {
    this.#plan.wheel.disarm(this.#deadline)
    this.#wire?.destroy()
    this.#plan.broke(error)
  }

  /** The handshake, and `then` what it was for; what the backend sent before it is forgotten. */
  async #encrypt(wire: Wire, then: BackStep | undefined): Promise<void> {
    try {
      const fault = await this.#handshake(wire)
      if (fault) this.#end(fault)
      else if (!then || this.#does(then, wire)) this.#hear(wire)
    } catch (error) {
      this.#broke(error)
    }
  }

  async #handshake(wire: Wire): Promise<LegEnd | undefined> {
    this.#plan.progress.stage = 'backend-tls'
    const socket = wire.detach().connection.toStream(nothing)
    const { tlsName, verify, context, endpoint, sockets } = this.#plan
    const name = tlsName ?? endpoint.address
    const tls = secure({
      socket,
      secureContext: context,
      rejectUnauthorized: verify,
      host: name,
      ...{ highWaterMark },
      ...(isIP(name) === 0 ? { servername: name } : {}),
    })
    this.#handshaking = tls
    const outcome = await new Promise<Connection | Error>(resolve => {
      // What comes behind the handshake is read by the connection alone.
      tls.once('secureConnect', () => resolve(sockets.secured(tls)))
      tls.once('error', resolve)
      tls.once('close', () => resolve(new Error('closed')))
    })
    this.#handshaking = undefined
    if (!(outcome instanceof Error)) wire.replace(outcome)
    if (this.#late) return fail('timeout', 'did not end the TLS handshake in time')
    return outcome instanceof Error
      ? fail('tls', `failed in the TLS handshake: ${reasonOf(outcome)}`)
      : undefined
  }
}

const nothing = Buffer.alloc(0)

/** What a step comes to that ends the dialogue. */
function endOf(step: Exclude<BackStep, { next: Back } | { do: 'starttls' }>, wire: Wire): LegEnd {
  if (step.do === 'fail') return { kind: 'fail', ...step }
  const { reply, facts } = step
  return step.do === 'refused'
    ? { kind: 'refused', reply, facts }
    : { kind: 'relay', backend: wire, reply, facts }
}

function unread(input: Exclude<Input, Buffer>): LegEnd {
  switch (input) {
    case 'too-long':
      return fail('protocol', 'sent a reply that is longer than proxy_buffer')
    case 'timeout':
      return fail('timeout', 'did not answer in time')
    case 'left':
      return fail('connect', 'was left, as the client had gone')
    case 'ended':
    case 'broken':
      return fail('connect', 'closed the connection')
  }
}

function fail(failure: Failure, reason: string): LegEnd {
  return { kind: 'fail', failure, reason }
}

/** What OpenSSL or Node said; names in it may be those of the backend's certificate. */
function reasonOf(error: Error): string {
  if ('reason' in error && typeof error.reason === 'string') return escaped(error.reason)
  return 'code' in error && typeof error.code === 'string' ? error.code : 'broken off'
}
