import { lookup } from 'node:dns/promises'
import { performance } from 'node:perf_hooks'
import type { SecureContext } from 'node:tls'
import type { AuthHttp } from '../config/config.ts'
import type { Asker, Question } from '../protocol/auth-http.ts'
import type { AuthAnswer } from '../protocol/auth-http-answer.ts'
import { addressIn, canonical } from '../wire/address.ts'
import type { Sockets } from '../wire/sockets.ts'
import type { Sleep, Wheel } from '../wire/wheel.ts'
import type { Failure } from '../words/failure.ts'
import { authConnection } from './auth-connection.ts'
import { AuthExchange, type Exchange, type Manner } from './auth-exchange.ts'
import type { Kept } from './auth-pool.ts'
import type { Endpoint } from './backends.ts'
import type { Tallies } from './tallies.ts'

/**
 * Asks an `auth_http` server over a small HTTP client of our own: `fetch` changes the headers, their
 * order and the version, on all of which auth servers rely.
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
  /** The addresses of the backend that it chose, to be tried in turn; `undefined`: it chose none. */
  readonly endpoints: readonly Endpoint[] | undefined
  readonly user: Buffer | undefined
  readonly pass: Buffer | undefined
  /** Whether to log in to an SMTP backend; `undefined`: as `proxy_smtp_auth` says. */
  readonly smtp: boolean | undefined
}

/** The auth server of a server block. */
export interface AuthService extends Manner {
  readonly url: AuthHttp
  /** What an `https:` server is verified with. */
  readonly context: SecureContext | undefined
  readonly request: Asker
}

/** What it is asked over, and where that is counted. */
export interface Means {
  readonly wheel: Wheel
  readonly sockets: Sockets
  readonly tallies: Tallies
}

/** Times that an auth server may say WAIT to one question. */
export const mostWaits = 10

/** How long the look-up of a host name in `Auth-Server` may take, ms, and how many addresses count. */
const lookupTime = 5_000
const mostAddresses = 8

const unresolved = 'sent a server whose address cannot be found'

export class AuthServer {
  readonly #service: AuthService
  readonly #question: Question
  readonly #means: Means
  readonly #told: (judgement: Judgement) => void
  #running: AuthExchange | undefined
  #sleep: Sleep | undefined
  #waits = 0
  #abandoned = false

  /** `told` hears the judgement, once. */
  constructor(
    service: AuthService,
    question: Question,
    means: Means,
    told: (judgement: Judgement) => void,
  ) {
    this.#service = service
    this.#question = question
    this.#means = means
    this.#told = told
  }

  /** The client left. */
  abandon(): void {
    this.#abandoned = true
    this.#sleep?.wake()
    this.#running?.abandon()
  }

  /** Asks, over a connection that waited if there is one. */
  ask(): void {
    this.#exchange(this.#service.pool?.take())
  }

  /** Asks once, over a connection that waited or a fresh one. */
  #exchange(kept: Kept | undefined): void {
    const service = this.#service
    const { wheel, sockets } = this.#means
    const began = performance.now()
    const exchange = new AuthExchange(wheel, service, answer => {
      // A connection that waited may be to blame: closed just then, or not done with the answer before.
      const unheard = kept && answer.kind === 'broken' && !exchange.heard
      if (unheard && !this.#abandoned) this.#exchange(undefined)
      else this.#heard(answer, (performance.now() - began) / 1000)
    })
    this.#running = exchange
    if (kept) exchange.askAgain(kept, service.request(this.#question))
    else
      exchange.dial(
        dialled => authConnection(service.url, service.context, sockets, dialled),
        () => service.request(this.#question),
      )
  }

  #heard(answer: Exchange, seconds: number): void {
    this.#count(answer, seconds)
    if (answer.kind === 'ok') this.#consent(answer)
    else if (answer.kind !== 'wait' || ++this.#waits === mostWaits || this.#abandoned)
      this.#told(fault(answer))
    else void this.#later(answer.seconds)
  }

  async #later(seconds: number): Promise<void> {
    this.#sleep = this.#means.wheel.sleep(seconds * 1000)
    await this.#sleep.over
    if (this.#abandoned) this.#told(left)
    else this.ask()
  }

  #consent(answer: Yes): void {
    const { server, port } = answer
    if (server === undefined || port === undefined) {
      this.#told(consent(answer, undefined))
      return
    }
    const address = addressIn(server)
    if (address === undefined) void this.#resolve(answer, server, port)
    else this.#told(consent(answer, [{ address, port }]))
  }

  /** Consents with the addresses of a host name. */
  async #resolve(answer: Yes, server: string, port: number): Promise<void> {
    const found = await Promise.race([addressesOf(server), this.#patience()])
    if (found === undefined) this.#told({ kind: 'fail', failure: 'timeout', reason: unresolved })
    else if (found.length === 0) this.#told({ kind: 'fail', failure: 'config', reason: unresolved })
    else
      this.#told(
        consent(
          answer,
          found.map(address => ({ address, port })),
        ),
      )
  }

  async #patience(): Promise<undefined> {
    this.#sleep = this.#means.wheel.sleep(lookupTime)
    await this.#sleep.over
  }

  #count({ kind }: Exchange, seconds: number): void {
    const { tallies } = this.#means
    tallies.asked(kind === 'broken' ? 'error' : kind).value++
    tallies.answering().observe(seconds)
  }
}

type Yes = Extract<AuthAnswer, { kind: 'ok' }>

function consent({ user, pass, smtp }: Yes, endpoints: Consent['endpoints']): Consent {
  return { kind: 'ok', endpoints, user, pass, smtp }
}

const left: Judgement = {
  kind: 'fail',
  failure: 'connect',
  reason: 'was left, as the client had gone',
}

function fault(answer: Exclude<Exchange, { kind: 'ok' }>): Judgement {
  if (answer.kind === 'denied') return { ...answer, code: answer.code, sasl: answer.sasl }
  const { failure, reason } = faults[answer.kind]
  return { kind: 'fail', failure, reason: 'reason' in answer ? answer.reason : reason }
}

/** Whose fault it is, and how it reads where the exchange itself does not say. */
const faults = {
  invalid: { failure: 'config', reason: '' },
  wait: { failure: 'config', reason: 'said WAIT too often' },
  timeout: { failure: 'timeout', reason: 'timed out' },
  broken: { failure: 'connect', reason: '' },
} as const

/** The addresses of a host name in `Auth-Server`; none where it has none. */
async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true })
    return found.slice(0, mostAddresses).map(({ address }) => canonical(address))
  } catch {
    return []
  }
}
