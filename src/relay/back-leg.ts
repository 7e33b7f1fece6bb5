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
  readonly preface?: Buffer
  readonly context: SecureContext
  readonly verify: boolean
  /** The name to ask for and to verify; `undefined`: the address. */
  readonly tlsName: string | undefined
  readonly wheel: Wheel
  readonly sockets: Sockets
  /** Told of each stage as it begins. */
  readonly entered: (stage: Stage) => void
}

export class BackLeg {
  readonly #plan: LegPlan
  readonly #deadline: Deadline
  #dialling: Dialling | undefined
  #wire: Wire | undefined
  #late = false
  #abandoned = false
  #handshaking: TLSSocket | undefined

  constructor(plan: LegPlan) {
    this.#plan = plan
    this.#deadline = new Deadline(() => {
      this.#late = true
      this.#stop()
    })
  }

  /** Never rejects but for a fault of this program. */
  async run(): Promise<LegEnd> {
    const end = await this.#run()
    this.#plan.wheel.disarm(this.#deadline)
    if (end.kind !== 'relay') this.#wire?.connection.destroySoon()
    return end
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

  async #run(): Promise<LegEnd> {
    const plan = this.#plan
    plan.entered('connect')
    plan.wheel.arm(this.#deadline, plan.connectTimeout)
    const refused = await this.#dial()
    if (refused) return refused
    plan.wheel.arm(this.#deadline, plan.timeout)
    if (plan.preface) this.#wire?.writeSecret(plan.preface)
    if (plan.implicit) {
      const fault = await this.#encrypt()
      if (fault) return fault
    }
    return this.#converse(plan.back)
  }

  async #dial(): Promise<LegEnd | undefined> {
    const { endpoint, sockets } = this.#plan
    this.#dialling = sockets.dial(endpoint.address, endpoint.port)
    try {
      this.#wire = new Wire(await this.#dialling.connected)
    } catch (error) {
      if (this.#late) return fail('timeout', 'did not accept the connection in time')
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection'
      return fail('connect', `did not accept the connection: ${code}`)
    } finally {
      this.#dialling = undefined
    }
    if (this.#abandoned) return fail('connect', 'was left, as the client had gone')
    return undefined
  }

  async #converse(back: Back): Promise<LegEnd> {
    let current = back
    let room = this.#plan.replySize
    for (;;) {
      this.#plan.entered(current.stage)
      const wire = this.#wire
      if (!wire) return fail('internal', 'is not connected')
      const line = await wire.read({ kind: 'line', atMost: room })
      if (!Buffer.isBuffer(line)) return this.#unread(line)
      room -= line.length
      const step = await this.#perform(current.receive(line), wire)
      if ('kind' in step) return step
      if (step.sent) room = this.#plan.replySize
      current = step.next
    }
  }

  /** Does what the back half said; a back half that waits for the next line, or the end. */
  async #perform(
    step: BackStep,
    wire: Wire,
  ): Promise<LegEnd | { readonly next: Back; readonly sent: boolean }> {
    switch (step.do) {
      case 'wait':
        return { next: step.next, sent: false }
      case 'send':
        wire.writeSecret(step.bytes)
        return { next: step.next, sent: true }
      case 'starttls': {
        const fault = await this.#encrypt()
        return fault ?? this.#perform(step.then, wire)
      }
      case 'relay': {
        return { kind: 'relay', backend: wire, reply: step.reply, facts: step.facts }
      }
      case 'refused':
        return { kind: 'refused', reply: step.reply, facts: step.facts }
      case 'fail':
        return { kind: 'fail', ...step }
    }
  }

  #unread(input: Exclude<Input, Buffer>): LegEnd {
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

  /** The handshake; what the backend sent before it is forgotten. */
  async #encrypt(): Promise<LegEnd | undefined> {
    this.#plan.entered('backend-tls')
    const wire = this.#wire
    if (!wire) return fail('internal', 'is not connected')
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

function fail(failure: Failure, reason: string): LegEnd {
  return { kind: 'fail', failure, reason }
}

/** What OpenSSL or Node said; names in it may be those of the backend's certificate. */
function reasonOf(error: Error): string {
  if ('reason' in error && typeof error.reason === 'string') return escaped(error.reason)
  return 'code' in error && typeof error.code === 'string' ? error.code : 'broken off'
}
