import type { Failure } from '../../words/failure.ts'
import type { Identity } from '../../words/identity.ts'
import type { BackFacts, BackStep, Leg } from '../protocol.ts'
import { type Extensions, extensionsIn } from './extensions.ts'
import type { Reply } from './reply.ts'

/** Where the dialogue with an SMTP backend stands. */
export interface State {
  readonly leg: Leg
  readonly secure: boolean
  readonly identity: Identity
  /** What the backend's last EHLO said; `undefined`: there was none. */
  readonly extensions: Extensions | undefined
  /** An EHLO listed Dovecot's XCLIENT, whose LOGIN is no authentication. */
  readonly dovecot: boolean
}

/** The state after an EHLO that was answered with `heard`. */
export function learned({ leg, secure, identity, dovecot }: State, heard: Reply): State {
  const extensions = extensionsIn(heard)
  return { leg, secure, identity, extensions, dovecot: dovecot || extensions.dovecot }
}

/** The state once it is known what the backend makes of who the client is. */
export function identified(state: State, identity: Identity): State {
  const { leg, secure, extensions, dovecot } = state
  return { leg, secure, identity, extensions, dovecot }
}

/** The words behind a keyword of EHLO, in upper case; `undefined` where it was not said. */
export function listed(state: State, keyword: string): ReadonlySet<string> | undefined {
  return state.extensions?.words.get(keyword)
}

/** Whether the session will say AUTH to the backend. */
export function logsIn(state: State): boolean {
  const { attempt, judge, password, smtpAuth } = state.leg
  if (attempt.mechanism === 'none') return false
  if (judge === 'backend' || smtpAuth) return true
  return password !== undefined && state.dovecot
}

/** A reply that no session can go on with and that judges nobody. */
export function unwanted(state: State, reply: Reply, reason: string): BackStep {
  const failure = reply.code >= 400 && reply.code < 500 ? 'unavailable' : 'protocol'
  return fail(state, failure, reason, reply.bytes)
}

export function isVerdict(reply: Reply): boolean {
  return reply.code >= 400
}

/** The backend's own words are the client's answer. */
export function refused(state: State, reply: Reply): BackStep {
  return { do: 'refused', reply: reply.bytes, facts: facts(state) }
}

export function relay(state: State, bytes: Buffer): BackStep {
  return { do: 'relay', reply: bytes, facts: facts(state) }
}

export function fail(state: State, failure: Failure, reason: string, bytes?: Buffer): BackStep {
  const reply = bytes ? { reply: bytes } : {}
  return { do: 'fail', failure, reason, facts: facts(state), ...reply }
}

function facts({ extensions, identity, secure }: State): BackFacts {
  return { identity, secure, capabilities: extensions?.lines }
}
