import type { AuthHttp, ServerSettings } from '../config/config.ts'
import type { Attempt, Client } from '../protocol/protocol.ts'
import type { Failure } from '../words/failure.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { Endpoint } from './backends.ts'
import type { Shared } from './shared.ts'

/** The auth server said yes; what it says instead of the client's own words counts. */
export interface Consent {
  readonly kind: 'ok'
  readonly endpoint: Endpoint | undefined
  readonly user: Buffer | undefined
  readonly pass: Buffer | undefined
}

export type AuthAnswer =
  | Consent
  /** `wait`: seconds to hold the answer; without it the session ends with it. */
  | { readonly kind: 'denied'; readonly text: string; readonly code: string | undefined; readonly wait: number }
  | { readonly kind: 'fail'; readonly failure: Failure; readonly reason: string }

export interface AuthQuestion {
  readonly shared: Shared
  readonly settings: ServerSettings
  readonly url: AuthHttp
  readonly protocol: ProtocolName
  readonly client: Client
  readonly attempt: Attempt
  /** Which login of the session this is, from 1. */
  readonly number: number
  readonly tls: string | undefined
  readonly cipher: string | undefined
}

export class AuthServer {
  constructor(_question: AuthQuestion) {}
  abandon(): void {}
  async ask(): Promise<AuthAnswer> {
    return { kind: 'fail', failure: 'config', reason: 'not there' }
  }
}
