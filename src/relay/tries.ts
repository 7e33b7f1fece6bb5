import { performance } from 'node:perf_hooks'
import type { UpstreamServer } from '../config/config.ts'
import type { Attempt, Client, Judge, Leg } from '../protocol/protocol.ts'
import { printEndpoint } from '../wire/address.ts'
import { retryable } from '../words/failure.ts'
import type { Bearer } from '../words/mechanism.ts'
import { BackLeg, type LegEnd } from './back-leg.ts'
import type { Endpoint } from './backends.ts'
import { proxyPreface } from './proxy-preface.ts'
import type { Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import { carried, type Verdict } from './verdict.ts'

/** A login on its way to a backend. */
export interface Judged {
  readonly judge: Judge
  readonly login: Buffer
  readonly password: Buffer | undefined
  /** The password is the client's token, and its own mechanism. */
  readonly bearer: Bearer | undefined
  readonly smtpAuth: boolean
  /** Where the auth server wants the session to go. */
  readonly endpoints: readonly Endpoint[] | undefined
}

/** Whose login it is. */
export interface Candidate {
  readonly shared: Shared
  readonly runtime: Runtime
  readonly record: Record
  readonly client: Client
  readonly attempt: Attempt
  /** This program is at fault. */
  readonly broke: (error: unknown) => void
}

/** No backend took it: what the last one tried came to. */
export type Missed = Exclude<LegEnd, { kind: 'relay' }>

type Found = Extract<Verdict, { kind: 'carried' }> | Missed

const none: ReadonlySet<UpstreamServer> = new Set()

/** The backends at which one login is tried, one after the other, until one has an answer. */
export class Tries {
  readonly #candidate: Candidate
  readonly #judged: Judged
  readonly #over: (found: Found) => void
  /** Of the upstream's servers. */
  #failed = none
  #count = 0
  #running: BackLeg | undefined
  #abandoned = false

  constructor(candidate: Candidate, judged: Judged, over: (found: Found) => void) {
    this.#candidate = candidate
    this.#judged = judged
    this.#over = over
  }

  run(): void {
    this.#next({ kind: 'fail', failure: 'endpoints', reason: 'has no endpoint' })
  }

  /** The client left. */
  abandon(): void {
    this.#abandoned = true
    this.#running?.abandon()
  }

  /** Tries one more, if there is one; `before`: what the last came to. */
  #next(before: Missed): void {
    const { balancer, settings } = this.#candidate.runtime
    const most = settings.proxy_next_upstream_tries || Number.POSITIVE_INFINITY
    const { endpoints } = this.#judged
    const mayTry = this.#count < most && !this.#abandoned
    const server = mayTry && !endpoints ? balancer?.next(this.#failed) : undefined
    const endpoint = server ?? (mayTry ? endpoints?.[this.#count] : undefined)
    if (endpoint) this.#try(endpoint, server)
    else this.#over(before)
  }

  #try(endpoint: Endpoint, server: UpstreamServer | undefined): void {
    this.#count++
    const began = performance.now()
    this.#running = this.#leg(endpoint, server?.sslName, end => {
      this.#running = undefined
      if (!this.#abandoned) this.#note(endpoint, end, (performance.now() - began) / 1000)
      if (end.kind === 'fail' && retryable.has(end.failure)) {
        if (server) this.#failed = new Set([...this.#failed, server])
        this.#next(end)
      } else this.#over(end.kind === 'relay' ? carried(end, endpoint) : end)
    })
    this.#running.run()
  }

  #leg(endpoint: Endpoint, sslName: string | undefined, over: (end: LegEnd) => void): BackLeg {
    const { record, client, shared, broke } = this.#candidate
    const { protocol, settings, backendContext, backendName } = this.#candidate.runtime
    const { wheel, sockets } = shared
    record.backend = backendName
    record.endpoint = printEndpoint(endpoint.address, endpoint.port)
    const plan = {
      endpoint,
      back: protocol.back(this.#asked()),
      connectTimeout: settings.proxy_connect_timeout,
      timeout: settings.timeout,
      replySize: settings.proxy_buffer,
      implicit: settings.proxy_ssl === 'on',
      preface:
        settings.proxy_protocol === 'off'
          ? undefined
          : proxyPreface(settings.proxy_protocol, client, record),
      context: backendContext,
      verify: settings.proxy_ssl_verify,
      tlsName: sslName ?? settings.proxy_ssl_name,
      wheel,
      sockets,
      progress: record,
      broke,
    }
    return new BackLeg(plan, over)
  }

  /** Counts a try that was not broken off, and remembers what it taught. */
  #note(endpoint: Endpoint, end: LegEnd, seconds: number): void {
    const { record, shared, runtime } = this.#candidate
    const { tallies } = runtime
    const result = end.kind === 'relay' ? 'ok' : end.kind === 'refused' ? 'login' : end.failure
    tallies.tries(result).value++
    tallies.trying().observe(seconds)
    if (!end.facts) return
    const { identity, secure } = end.facts
    shared.backends.learn(endpoint, end.facts)
    record.identity = identity
    record.backendTls = secure
    tallies.identity(identity).value++
    tallies.legs(secure ? 'tls' : 'none').value++
  }

  /** What is asked of each backend. */
  #asked(): Leg {
    const { attempt, client, runtime } = this.#candidate
    const { login, password, judge, smtpAuth, bearer } = this.#judged
    const { settings } = runtime
    return {
      attempt,
      login,
      password,
      judge,
      client,
      serverName: settings.server_name,
      tls: settings.proxy_ssl,
      xclient: settings.xclient,
      identify: settings.proxy_identity,
      smtpAuth,
      bearer,
    }
  }
}
