import { connect, isIP, type Socket } from 'node:net'
import type { AuthHttp, ServerSettings } from '../config/config.ts'
import { request, type Tls } from '../protocol/auth-http.ts'
import { type AuthAnswer, authAnswer } from '../protocol/auth-http-answer.ts'
import type { Attempt, Client } from '../protocol/protocol.ts'
import { canonical } from '../wire/address.ts'
import { Deadline, type Sleep, type Wheel } from '../wire/wheel.ts'
import type { Failure } from '../words/failure.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { Endpoint } from './backends.ts'
import type { RelayMetrics } from './shared.ts'

/**
 * Asks an `auth_http` server over a small HTTP client of our own: `fetch` changes the headers, their
 * order and the version, on all of which auth servers rely. One connection a question.
 */
export type Judgement =
  | Consent
  /** `wait`: seconds to hold the answer back; 0: the session ends with it. */
  | {
      readonly kind: 'denied'
      readonly text: string
      readonly code: string | undefined
      /** Told to a client whose token was refused, before `text`. */
      readonly sasl: string | undefined
      readonly wait: number
    }
  /** `reason` finishes "the auth server …". */
  | { readonly kind: 'fail'; readonly failure: Failure; readonly reason: string }

/** Yes; what the auth server puts in place of the client's own words counts. */
export interface Consent {
  readonly kind: 'ok'
  readonly endpoint: Endpoint | undefined
  readonly user: Buffer | undefined
  readonly pass: Buffer | undefined
  /** Whether to log in to an SMTP backend; `undefined`: as `proxy_smtp_auth` says. */
  readonly smtp: boolean | undefined
}

export interface AuthQuestion {
  readonly url: AuthHttp
  readonly settings: ServerSettings
  readonly protocol: ProtocolName
  readonly client: Client
  readonly attempt: Attempt
  /** Which login of the session this is, from 1. */
  readonly number: number
  /** Of a client's connection that is TLS. */
  readonly tls: Tls | undefined
  readonly wheel: Wheel
  readonly metrics: RelayMetrics
}

/** Times that an auth server may say WAIT to one question. */
export const mostWaits = 10

/** What one exchange came to; `timeout` and `broken` never reached an answer. */
type Exchange =
  | AuthAnswer
  | { readonly kind: 'timeout' }
  | { readonly kind: 'broken'; readonly reason: string }

export class AuthServer {
  readonly #question: AuthQuestion
  #socket: Socket | undefined
  #sleep: Sleep | undefined
  #abandoned = false

  constructor(question: AuthQuestion) {
    this.#question = question
  }

  /** The client left. */
  abandon(): void {
    this.#abandoned = true
    this.#sleep?.wake()
    this.#socket?.destroy()
  }

  /** Never rejects. */
  async ask(): Promise<Judgement> {
    const { wheel } = this.#question
    let answer = await this.#exchange()
    for (let waits = 1; answer.kind === 'wait' && waits < mostWaits && !this.#abandoned; waits++) {
      this.#sleep = wheel.sleep(answer.seconds * 1000)
      await this.#sleep.over
      answer = await this.#exchange()
    }
    return judgement(answer)
  }

  #exchange(): Promise<Exchange> {
    const { url, settings, wheel } = this.#question
    const socket = connect(
      url.unix ? { path: url.host } : { host: url.host, port: url.port, noDelay: true },
    )
    this.#socket = socket
    const began = performance.now()
    return new Promise(resolve => {
      let received = Buffer.alloc(0)
      const finish = (exchange: Exchange) => {
        wheel.disarm(deadline)
        socket.removeAllListeners().on('error', () => {})
        received.fill(0)
        socket.destroy()
        this.#count(exchange, (performance.now() - began) / 1000)
        resolve(exchange)
      }
      const deadline = new Deadline(() => finish({ kind: 'timeout' }))
      wheel.arm(deadline, settings.auth_http_timeout)
      socket.on('error', error => finish({ kind: 'broken', reason: codeOf(error) }))
      socket.on('close', () => finish({ kind: 'broken', reason: 'closed the connection early' }))
      socket.on('connect', () => {
        const asked = this.#request()
        socket.write(asked, () => asked.fill(0))
      })
      socket.on('data', (chunk: Buffer) => {
        const joined = Buffer.concat([received, chunk])
        received.fill(0)
        chunk.fill(0)
        received = joined
        const answer = authAnswer(received)
        if (answer.kind !== 'incomplete') finish(answer)
      })
    })
  }

  #request(): Buffer {
    const { url, settings, protocol, client, attempt, number, tls } = this.#question
    return request({
      host: url.hostHeader,
      uri: url.uri,
      protocol,
      attempt,
      number,
      client,
      headers: settings.auth_http_header.map(({ name, value }) => [name, value]),
      ...(tls ? { tls } : {}),
    })
  }

  #count({ kind }: Exchange, seconds: number): void {
    const { metrics } = this.#question
    const result = kind === 'broken' ? 'error' : kind
    metrics.counter('auth_server_requests_total', { result }).value++
    metrics.histogram('auth_server_duration_seconds', {}).observe(seconds)
  }
}

function judgement(answer: Exchange): Judgement {
  switch (answer.kind) {
    case 'ok':
      return consent(answer)
    case 'denied':
      return { ...answer, code: answer.code, sasl: answer.sasl }
    case 'invalid':
      return { kind: 'fail', failure: 'config', reason: answer.reason }
    case 'wait':
      return { kind: 'fail', failure: 'config', reason: 'said WAIT too often' }
    case 'timeout':
      return { kind: 'fail', failure: 'timeout', reason: 'timed out' }
    case 'broken':
      return { kind: 'fail', failure: 'connect', reason: answer.reason }
  }
}

function consent(answer: Extract<AuthAnswer, { kind: 'ok' }>): Judgement {
  const { server, port, user, pass, smtp } = answer
  const known = { kind: 'ok', user, pass, smtp } as const
  if (server === undefined || port === undefined) return { ...known, endpoint: undefined }
  if (isIP(server) === 0)
    return { kind: 'fail', failure: 'config', reason: 'sent invalid server address' }
  return { ...known, endpoint: { address: canonical(server), port } }
}

function codeOf(error: Error): string {
  return 'code' in error ? `cannot be reached: ${error.code}` : 'cannot be reached'
}
