import { afterTls, fitsLine, oneLine, send, sendWith } from '../converse.ts'
import type { Back, BackStep, Leg } from '../protocol.ts'
import { awaited } from './awaited.ts'
import { identify } from './identify.ts'
import type { Reply } from './reply.ts'
import { fail, learned, listed, type State, unwanted } from './state.ts'

/**
 * Toward SMTP backends: greeting, EHLO, STARTTLS (RFC 3207), then the identity (`identify.ts`) and
 * the login or the envelope (`login.ts`).
 */
export function smtpBack(leg: Leg): Back {
  const state: State = {
    leg,
    secure: leg.tls === 'on',
    identity: leg.xclient ? 'not-offered' : 'off',
    extensions: undefined,
    dovecot: false,
  }
  return awaited(state, 'backend-greeting', greeted)
}

function greeted(state: State, greeting: Reply): BackStep {
  if (greeting.code !== 220) return greetedBadly(state, greeting)
  if (!sendable(state.leg)) return fail(state, 'config', 'cannot be sent such credentials')
  return hello(state)
}

const nothing = Buffer.alloc(0)

/** A greeting speaks to our own address: it is no verdict on the client. */
function greetedBadly(state: State, { bytes, code }: Reply): BackStep {
  return code >= 400
    ? fail(state, 'unavailable', 'greeted with an error', bytes)
    : fail(state, 'protocol', 'sent a greeting that is none', bytes)
}

function sendable({ attempt, login, password }: Leg): boolean {
  const { greeted, mail = nothing, rcpt = nothing } = attempt
  const named = !greeted || oneLine(greeted.name) === greeted.name
  return (
    named && fitsLine(login) && fitsLine(password ?? nothing) && fitsLine(mail) && fitsLine(rcpt)
  )
}

function hello(state: State): BackStep {
  const { leg } = state
  return wantsExtensions(leg)
    ? sendWith('EHLO ', leg.serverName, awaited(state, 'backend-greeting', extended))
    : sendWith('HELO ', leg.serverName, awaited(state, 'backend-greeting', plain))
}

function extended(state: State, reply: Reply): BackStep {
  if (reply.code !== 250) return unwanted(state, reply, 'refused EHLO')
  return secured(learned(state, reply))
}

function plain(state: State, reply: Reply): BackStep {
  return reply.code === 250 ? secured(state) : unwanted(state, reply, 'refused HELO')
}

/** nginx says EHLO for a client that did, or for XCLIENT; a login and STARTTLS need it as well. */
function wantsExtensions({ attempt, judge, tls, xclient }: Leg): boolean {
  const login = attempt.mechanism !== 'none' && judge === 'backend'
  const upgrade = tls === 'starttls' || tls === 'auto'
  return xclient || login || upgrade || attempt.greeted?.verb === 'EHLO'
}

function secured(state: State): BackStep {
  const { tls } = state.leg
  if (state.secure || tls === 'off' || tls === 'on') return identify(state)
  if (listed(state, 'STARTTLS')) return startTls(state)
  return tls === 'auto' ? identify(state) : fail(state, 'tls', 'does not offer STARTTLS')
}

function startTls(state: State): BackStep {
  return send('STARTTLS', awaited(state, 'backend-tls', upgraded))
}

function upgraded(state: State, reply: Reply): BackStep {
  // What was said in clear counts no more (RFC 3207 section 4.2): EHLO once again.
  if (reply.code === 220) return afterTls(hello({ ...state, secure: true }))
  if (state.leg.tls === 'auto') return identify(state)
  return fail(state, 'tls', 'refused STARTTLS', reply.bytes)
}
