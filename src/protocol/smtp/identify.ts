import { send, sendWith } from '../converse.ts'
import type { BackStep } from '../protocol.ts'
import { awaited } from './awaited.ts'
import { login } from './login.ts'
import { type Reply, textOf } from './reply.ts'
import {
  fail,
  identified,
  isVerdict,
  learned,
  listed,
  logsIn,
  refused,
  type State,
  unwanted,
} from './state.ts'
import { blind, xclient } from './xclient.ts'

/**
 * Tells the backend who the client is, and fails closed: a backend that is not told sees our own
 * address, which mail servers often trust. So only a session that logs in may go on untold.
 */
export function identify(state: State): BackStep {
  if (!state.leg.xclient) return login(state)
  const attributes = listed(state, 'XCLIENT')
  if (!attributes && logsIn(state)) return greet(state)
  const lines = xclient(state.leg, attributes ?? blind, verified(state))
  return lines
    ? tell(state, lines, 0)
    : fail(state, 'identity', 'takes no user name of that length')
}

/**
 * LOGIN is an assertion: of a user that was verified, and whom the backend is not asked to judge. Of
 * a session without login only an auth server can know one.
 */
function verified(state: State): Buffer | undefined {
  const { login } = state.leg
  return login.length > 0 && !logsIn(state) ? login : undefined
}

/** Tells the lines from `at` on. */
function tell(state: State, lines: readonly string[], at: number): BackStep {
  const line = lines[at]
  if (line === undefined) return greet(identified(state, 'believed'))
  const answered = awaited(state, 'identity', (state, reply) =>
    reply.code === 220 || reply.code === 250 ? tell(state, lines, at + 1) : doubted(state, reply),
  )
  return send(line, answered)
}

function doubted(state: State, reply: Reply): BackStep {
  if (isOurFault(reply)) {
    return fail(identified(state, 'refused'), 'identity', 'refused XCLIENT', reply.bytes)
  }
  if (isVerdict(reply)) return refused(identified(state, 'believed'), reply)
  return unwanted(state, reply, 'sent an odd reply to XCLIENT')
}

/** The backend lacks XCLIENT, or does not take it from us (5.7.0 is Postfix's, 5.7.14 Dovecot's). */
function isOurFault(reply: Reply): boolean {
  const { code } = reply
  if (code >= 500 && code <= 504) return true
  return code === 550 && /^5\.7\.(0|14)\b/.test(textOf(reply))
}

/**
 * The client's own HELO or EHLO, which after XCLIENT is due again. Who never greeted is not spoken
 * for, as in nginx, unless the session logs in, which needs EHLO.
 */
function greet(state: State): BackStep {
  const { attempt, serverName } = state.leg
  const own = attempt.greeted
  const due = state.identity === 'believed' && logsIn(state)
  const name = own?.name ?? (due ? serverName : undefined)
  if (name === undefined) return login(state)
  const verb = needsExtensions(state) ? 'EHLO' : (own?.verb ?? 'EHLO')
  return verb === 'EHLO'
    ? sendWith('EHLO ', name, awaited(state, 'identity', extended))
    : sendWith('HELO ', name, awaited(state, 'identity', plain))
}

function extended(state: State, reply: Reply): BackStep {
  return reply.code === 250 ? login(learned(state, reply)) : shunned(state, reply, 'refused EHLO')
}

function plain(state: State, reply: Reply): BackStep {
  return reply.code === 250 ? login(state) : shunned(state, reply, 'refused HELO')
}

/** A client's name is the client's: the backend judged it. */
function shunned(state: State, reply: Reply, reason: string): BackStep {
  if (isVerdict(reply) && state.identity === 'believed') return refused(state, reply)
  return unwanted(state, reply, reason)
}

/** AUTH needs EHLO; with `proxy_smtp_auth` it follows whatever the client said, as in nginx. */
function needsExtensions(state: State): boolean {
  const { judge, smtpAuth } = state.leg
  return logsIn(state) && (judge === 'backend' || !smtpAuth)
}
