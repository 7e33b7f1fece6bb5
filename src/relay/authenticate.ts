import { Buffer } from 'node:buffer'
import { performance } from 'node:perf_hooks'
import type { AuthHttp, ServerSettings, UpstreamServer } from '../config/config.ts'
import { refusal } from '../protocol/credentials.ts'
import type { Attempt, Client, Judge, Leg } from '../protocol/protocol.ts'
import { printEndpoint } from '../wire/address.ts'
import { type Failure, retryable } from '../words/failure.ts'
import { type Bearer, bearerOf } from '../words/mechanism.ts'
import { AuthServer, type Consent, type Judgement } from './auth-server.ts'
import { BackLeg, type LegEnd } from './back-leg.ts'
import type { Endpoint } from './backends.ts'
import { proxyPreface } from './proxy-preface.ts'
import { type Record, tlsFacts } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import { carried, told, type Verdict } from './verdict.ts'

interface Judged {
  readonly judge: Judge
  readonly login: Buffer
  readonly password: Buffer | undefined
  /** The password is the client's token, and its own mechanism. */
  readonly bearer: Bearer | undefined
  readonly smtpAuth: boolean
  /** Where the auth server wants the session to go. */
  readonly endpoints: readonly Endpoint[] | undefined
}

/**
 * One attempt to log in (for SMTP without login, the first recipient): whose judgement it is, which
 * backends are tried, and what the client is told.
 */
export class Authentication {
  readonly #shared: Shared
  readonly #runtime: Runtime
  readonly #record: Record
  readonly #client: Client
  readonly #attempt: Attempt
  #running: BackLeg | AuthServer | undefined
  #abandoned = false

  constructor(about: {
    readonly shared: Shared
    readonly runtime: Runtime
    readonly record: Record
    readonly client: Client
    readonly attempt: Attempt
  }) {
    this.#shared = about.shared
    this.#runtime = about.runtime
    this.#record = about.record
    this.#client = about.client
    this.#attempt = about.attempt
  }

  /** The client left. */
  abandon(): void {
    this.#abandoned = true
    this.#running?.abandon()
  }

  run(): Promise<Verdict> {
    const attempt = this.#attempt
    const bad = refusal(attempt)
    if (bad) {
      this.#failed('login', `sent ${bad}`)
      return Promise.resolve(told(this.#runtime.protocol.words.refused(attempt), true, 'denied'))
    }
    const { auth_http } = this.#runtime.settings
    return auth_http ? this.#judged(auth_http) : this.#carry(passedOn(attempt))
  }

  async #judged(url: AuthHttp): Promise<Verdict> {
    const judged = this.#judgement(await this.#ask(url))
    return 'kind' in judged ? judged : this.#carry(judged)
  }

  async #carry(judged: Judged): Promise<Verdict> {
    const tried = new Set<UpstreamServer>()
    const most = this.#runtime.settings.proxy_next_upstream_tries || Number.POSITIVE_INFINITY
    let end: LegEnd = { kind: 'fail', failure: 'endpoints', reason: 'has no endpoint' }
    for (let tries = 0; tries < most && !this.#abandoned; tries++) {
      const server = judged.endpoints ? undefined : this.#runtime.balancer?.next(tried)
      const endpoint = server ?? judged.endpoints?.[tries]
      if (!endpoint) break
      const began = performance.now()
      end = await this.#leg(endpoint, server?.sslName, judged)
      this.#tried(endpoint, end, (performance.now() - began) / 1000)
      if (end.kind === 'relay') return carried(end, endpoint)
      if (end.kind === 'refused' || !retryable.has(end.failure)) break
      if (server) tried.add(server)
    }
    return this.#turnedDown(end)
  }

  #ask(url: AuthHttp): Promise<Judgement> {
    const { protocol, settings } = this.#runtime
    this.#record.stage = 'auth-server'
    const server = new AuthServer({
      wheel: this.#shared.wheel,
      metrics: this.#shared.metrics,
      sockets: this.#shared.sockets,
      settings,
      url,
      protocol: protocol.name,
      client: this.#client,
      attempt: this.#attempt,
      number: this.#record.logins,
      tls: tlsFacts(this.#record),
      context: this.#runtime.authContext,
      pool: this.#runtime.authPool,
    })
    this.#running = server
    return server.ask()
  }

  /** What the auth server's word comes to. */
  #judgement(answer: Judgement): Judged | Verdict {
    this.#running = undefined
    const { protocol } = this.#runtime
    switch (answer.kind) {
      case 'ok':
        return this.#consented(answer)
      case 'denied': {
        this.#failed('login', 'was refused by the auth server')
        const text = protocol.words.denied(this.#attempt, answer.text, answer.code)
        const challenge =
          bearerOf(this.#attempt.mechanism) && answer.sasl !== undefined
            ? { challenge: protocol.words.challenge(this.#attempt, answer.sasl) }
            : {}
        const wait = answer.wait * 1000
        return { ...told(text, answer.wait > 0, 'denied'), wait, ...challenge }
      }
      case 'fail':
        this.#failed(answer.failure, `auth server ${answer.reason}`)
        return this.#ours(answer.failure)
    }
  }

  /** What the auth server said yes to, as far as this server block lets it. */
  #consented(answer: Consent): Judged | Verdict {
    const { protocol, upstream } = this.#runtime
    const { login, password, mechanism } = this.#attempt
    const bearer = answer.pass ? undefined : bearerOf(mechanism)
    const known = mechanism === 'plain' || mechanism === 'login' || bearer !== undefined
    const judged: Judged = {
      judge: 'edge',
      login: answer.user ?? login,
      password: answer.pass ?? (known ? password : undefined),
      bearer,
      smtpAuth: answer.smtp ?? this.#runtime.settings.proxy_smtp_auth,
      endpoints: answer.endpoints,
    }
    const bad = refusal({ login: judged.login, password: judged.password ?? Buffer.alloc(0) })
    if (bad) return this.#misled(`sent ${bad}`)
    if (!judged.endpoints && !upstream) return this.#misled('did not send server or port')
    if (upstream && judged.endpoints?.some(endpoint => !isMember(upstream.servers, endpoint)))
      return this.#misled('named a server that is no endpoint of the backends')
    const needs = mechanism !== 'none' && protocol.name !== 'smtp'
    if (needs && judged.password === undefined) return this.#misled('did not send password')
    return judged
  }

  #misled(reason: string): Verdict {
    this.#failed('config', `auth server ${reason}`)
    return this.#ours('config')
  }

  /** One try at one backend. */
  #leg(endpoint: Endpoint, sslName: string | undefined, judged: Judged): Promise<LegEnd> {
    const { protocol, settings, backendContext, backendName } = this.#runtime
    const { wheel, sockets } = this.#shared
    const record = this.#record
    record.backend = backendName
    record.endpoint = printEndpoint(endpoint.address, endpoint.port)
    const leg = new BackLeg({
      endpoint,
      back: protocol.back(this.#legOf(judged, settings)),
      connectTimeout: settings.proxy_connect_timeout,
      timeout: settings.timeout,
      replySize: settings.proxy_buffer,
      implicit: settings.proxy_ssl === 'on',
      preface:
        settings.proxy_protocol === 'off'
          ? undefined
          : proxyPreface(settings.proxy_protocol, this.#client, record),
      context: backendContext,
      verify: settings.proxy_ssl_verify,
      tlsName: sslName ?? settings.proxy_ssl_name,
      wheel,
      sockets,
      progress: record,
    })
    this.#running = leg
    return leg.run()
  }

  /** Counts a try at a backend that was not broken off, and remembers what it taught. */
  #tried(endpoint: Endpoint, end: LegEnd, seconds: number): void {
    this.#running = undefined
    if (this.#abandoned) return
    const { protocol, backendName: backend } = this.#runtime
    const { metrics, backends } = this.#shared
    const { name } = protocol
    const result = end.kind === 'relay' ? 'ok' : end.kind === 'refused' ? 'login' : end.failure
    metrics.counter('upstream_connects_total', { protocol: name, backend, result }).value++
    metrics.histogram('upstream_connect_duration_seconds', { protocol: name }).observe(seconds)
    if (!end.facts) return
    const { identity, secure } = end.facts
    backends.learn(endpoint, end.facts)
    this.#record.identity = identity
    this.#record.backendTls = secure
    metrics.counter('identity_total', { protocol: name, backend, outcome: identity }).value++
    const tls = secure ? 'tls' : 'none'
    metrics.counter('upstream_legs_total', { protocol: name, backend, tls }).value++
  }

  #legOf(judged: Judged, settings: ServerSettings): Leg {
    return {
      attempt: this.#attempt,
      login: judged.login,
      password: judged.password,
      judge: judged.judge,
      client: this.#client,
      serverName: settings.server_name,
      tls: settings.proxy_ssl,
      xclient: settings.xclient,
      identify: settings.proxy_identity,
      smtpAuth: judged.smtpAuth,
      bearer: judged.bearer,
    }
  }

  /** No backend takes the session: what the client is told of it. */
  #turnedDown(end: Exclude<LegEnd, { kind: 'relay' }>): Verdict {
    const { settings, upstream } = this.#runtime
    if (this.#abandoned) return told('', true, 'tempfail')
    if (end.kind === 'refused') {
      this.#failed('login', 'refused')
      return told(end.reply.toString('latin1'), true, 'denied')
    }
    this.#failed(end.failure, end.reason)
    const reply = end.reply?.toString('latin1')
    if (upstream && end.failure === 'login' && reply) return told(reply, true, 'denied')
    if (!upstream && settings.proxy_pass_error_message && reply)
      return told(reply, false, end.failure === 'login' ? 'denied' : 'tempfail')
    return this.#ours(end.failure)
  }

  /** The words for a fault of our side: with `proxy_pass` no mail program may ask for a new password. */
  #ours(failure: Failure): Verdict {
    const { protocol, upstream } = this.#runtime
    const result = failure === 'timeout' ? 'timeout' : 'tempfail'
    if (upstream) return told(protocol.words.unavailable(this.#attempt, failure), true, result)
    return told(protocol.words.internal, false, result)
  }

  #failed(failure: Failure, reason: string): void {
    const record = this.#record
    record.failure = failure
    record.reason = reason
    const { stage, protocol } = record
    this.#shared.metrics.counter('session_failures_total', { protocol, stage, failure }).value++
  }
}

/** The backend judges what the client said. */
function passedOn({ login, password, mechanism }: Attempt): Judged {
  const bearer = bearerOf(mechanism)
  return { judge: 'backend', login, password, bearer, smtpAuth: true, endpoints: undefined }
}

function isMember(servers: readonly UpstreamServer[], { address, port }: Endpoint): boolean {
  return servers.some(server => server.address === address && server.port === port)
}
