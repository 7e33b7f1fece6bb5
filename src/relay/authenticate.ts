import { Buffer } from 'node:buffer'
import type { UpstreamServer } from '../config/config.ts'
import { refusal } from '../protocol/credentials.ts'
import type { Attempt } from '../protocol/protocol.ts'
import type { Failure } from '../words/failure.ts'
import { bearerOf } from '../words/mechanism.ts'
import { AuthServer, type AuthService, type Consent, type Judgement } from './auth-server.ts'
import type { Endpoint } from './backends.ts'
import { tlsFacts } from './record.ts'
import { type Candidate, type Judged, type Missed, Tries } from './tries.ts'
import { told, type Verdict } from './verdict.ts'

/**
 * One attempt to log in (for SMTP without login, the first recipient): whose judgement it is, which
 * backends are tried, and what the client is told.
 */
export class Authentication {
  readonly #candidate: Candidate
  #then: ((verdict: Verdict) => void) | undefined
  #running: Tries | AuthServer | undefined
  #abandoned = false

  constructor(candidate: Candidate) {
    this.#candidate = candidate
  }

  /** The client left. */
  abandon(): void {
    this.#abandoned = true
    this.#running?.abandon()
  }

  /** `then` hears the verdict, once, unless this program is at fault. */
  run(then: (verdict: Verdict) => void): void {
    this.#then = then
    const { attempt, runtime } = this.#candidate
    const bad = refusal(attempt)
    if (bad) {
      this.#failed('login', `sent ${bad}`)
      then(told(runtime.protocol.words.refused(attempt), true, 'denied'))
    } else if (runtime.auth) this.#ask(runtime.auth)
    else this.#carry(passedOn(attempt))
  }

  #ask(service: AuthService): void {
    const { attempt, broke, client, record, runtime, shared } = this.#candidate
    record.stage = 'auth-server'
    const question = { attempt, number: record.logins, client, tls: tlsFacts(record) }
    const means = { wheel: shared.wheel, sockets: shared.sockets, tallies: runtime.tallies }
    const server = new AuthServer(service, question, means, judgement => {
      try {
        this.#judged(judgement)
      } catch (error) {
        broke(error)
      }
    })
    this.#running = server
    server.ask()
  }

  #judged(judgement: Judgement): void {
    this.#running = undefined
    const judged = this.#judgement(judgement)
    if ('kind' in judged) this.#then?.(judged)
    else if (this.#abandoned) this.#then?.(nobodyThere)
    else this.#carry(judged)
  }

  #carry(judged: Judged): void {
    const tries = new Tries(this.#candidate, judged, found => {
      this.#running = undefined
      this.#then?.(found.kind === 'carried' ? found : this.#turnedDown(found))
    })
    this.#running = tries
    tries.run()
  }

  /** What the auth server's word comes to. */
  #judgement(answer: Judgement): Judged | Verdict {
    const { protocol } = this.#candidate.runtime
    switch (answer.kind) {
      case 'ok':
        return this.#consented(answer)
      case 'denied': {
        this.#failed('login', 'was refused by the auth server')
        const text = protocol.words.denied(this.#candidate.attempt, answer.text, answer.code)
        const challenge =
          bearerOf(this.#candidate.attempt.mechanism) && answer.sasl !== undefined
            ? { challenge: protocol.words.challenge(this.#candidate.attempt, answer.sasl) }
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
    const { protocol, upstream } = this.#candidate.runtime
    const { login, password, mechanism } = this.#candidate.attempt
    const bearer = answer.pass ? undefined : bearerOf(mechanism)
    const known = mechanism === 'plain' || mechanism === 'login' || bearer !== undefined
    const judged: Judged = {
      judge: 'edge',
      login: answer.user ?? login,
      password: answer.pass ?? (known ? password : undefined),
      bearer,
      smtpAuth: answer.smtp ?? this.#candidate.runtime.settings.proxy_smtp_auth,
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

  /** No backend takes the session: what the client is told of it. */
  #turnedDown(end: Missed): Verdict {
    const { settings, upstream } = this.#candidate.runtime
    if (this.#abandoned) return nobodyThere
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
    const { protocol, upstream } = this.#candidate.runtime
    const result = failure === 'timeout' ? 'timeout' : 'tempfail'
    if (upstream)
      return told(protocol.words.unavailable(this.#candidate.attempt, failure), true, result)
    return told(protocol.words.internal, false, result)
  }

  #failed(failure: Failure, reason: string): void {
    const record = this.#candidate.record
    record.failure = failure
    record.reason = reason
    const { stage, protocol } = record
    this.#candidate.shared.metrics.counter('session_failures_total', { protocol, stage, failure })
      .value++
  }
}

/** The client has gone: nothing is said to it. */
const nobodyThere = told('', true, 'tempfail')

/** The backend judges what the client said. */
function passedOn({ login, password, mechanism }: Attempt): Judged {
  const bearer = bearerOf(mechanism)
  return { judge: 'backend', login, password, bearer, smtpAuth: true, endpoints: undefined }
}

function isMember(servers: readonly UpstreamServer[], { address, port }: Endpoint): boolean {
  return servers.some(server => server.address === address && server.port === port)
}
