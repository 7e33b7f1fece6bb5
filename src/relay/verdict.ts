import type { Attempt, BackFacts } from '../protocol/protocol.ts'
import type { Wire } from '../wire/wire.ts'
import type { LegEnd } from './back-leg.ts'
import type { Endpoint } from './backends.ts'

/** What became of an attempt to log in; for SMTP without login, of the first recipient. */
export type Verdict =
  | {
      readonly kind: 'carried'
      readonly backend: Wire
      readonly endpoint: Endpoint
      readonly reply: Buffer
      readonly facts: BackFacts
    }
  /** The client is told `text` after `wait` ms; `stays`: the session goes on. */
  | {
      readonly kind: 'told'
      readonly text: string
      readonly stays: boolean
      readonly wait: number
      /** Told before `text`, and acknowledged by the client: see `Words.challenge`. */
      readonly challenge?: { readonly text: string; readonly wrong: string }
      readonly result: 'denied' | 'tempfail' | 'timeout' | 'limited'
    }

/** A login that went well, on its way to the relay phase. */
export interface LoggedIn {
  readonly verdict: Extract<Verdict, { kind: 'carried' }>
  readonly attempt: Attempt
  readonly wire: Wire
}

export function carried(
  end: Extract<LegEnd, { kind: 'relay' }>,
  endpoint: Endpoint,
): Extract<Verdict, { kind: 'carried' }> {
  const { backend, reply, facts } = end
  return { kind: 'carried', backend, endpoint, reply, facts }
}

export function told(
  text: string,
  stays: boolean,
  result: 'denied' | 'tempfail' | 'timeout',
): Extract<Verdict, { kind: 'told' }> {
  return { kind: 'told', text, stays, wait: 0, result }
}
