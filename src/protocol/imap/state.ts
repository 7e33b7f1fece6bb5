import type { Failure } from '../../words/failure.ts'
import type { Identity } from '../../words/identity.ts'
import type { Stage } from '../../words/stage.ts'
import { send } from '../converse.ts'
import type { Back, BackFacts, BackStep, Leg } from '../protocol.ts'
import { type Reply, reply } from './reply.ts'

/** Where the dialogue with an IMAP backend stands. */
export interface State {
  readonly leg: Leg
  readonly password: Buffer
  readonly secure: boolean
  readonly identity: Identity
  /** In upper case; `undefined` where nothing was heard, or nothing that still counts. */
  readonly capabilities: ReadonlySet<string> | undefined
}

/** The tag of our own commands; the login has the client's. */
const ownTag = 'postern'

/** Says a command of our own and waits for what becomes of it. */
export function ask(
  state: State,
  stage: Stage,
  command: string,
  done: (reply: Reply) => BackStep,
): BackStep {
  return send(`${ownTag} ${command}`, awaited(state, stage, ownTag, done))
}

export function awaited(
  state: State,
  stage: Stage,
  tag: string,
  done: (reply: Reply) => BackStep,
  more?: () => BackStep,
): Back {
  const failed = (failure: Failure, reason: string, bytes: Buffer) =>
    fail(state, failure, reason, bytes)
  return reply(stage, tag, { done, more, failed })
}

export function facts(state: State): BackFacts {
  return { identity: state.identity, secure: state.secure }
}

export function fail(state: State, failure: Failure, reason: string, bytes?: Buffer): BackStep {
  const reply = bytes ? { reply: bytes } : {}
  return { do: 'fail', failure, reason, facts: facts(state), ...reply }
}
