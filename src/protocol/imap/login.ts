import { encode } from '../../sasl/base64.ts'
import { type BearerClient, bearerClient } from '../../sasl/bearer.ts'
import { plainResponse } from '../../sasl/client.ts'
import { type Bearer, bearers } from '../../words/mechanism.ts'
import { send, sendSecret } from '../converse.ts'
import type { Back, BackStep } from '../protocol.ts'
import { codeOf, type Reply } from './reply.ts'
import { awaited, facts, fail, type State } from './state.ts'

/**
 * The login to an IMAP backend, with the client's tag, so that the backend's words reach the client
 * as they came. LOGIN with synchronizing literals is nginx's; AUTHENTICATE PLAIN with an initial
 * response (RFC 4959) spares two round trips, as LOGIN does with literals that wait for nobody (RFC
 * 7888), where the backend said that it takes them.
 */
export function login(state: State): BackStep {
  const { capabilities, leg } = state
  const offers = (word: string) => capabilities?.has(word) ?? false
  const initial = offers('SASL-IR')
  if (leg.bearer) return token(state, bearerToward(leg.bearer, capabilities), initial)
  if (leg.judge === 'backend' && offers('AUTH=PLAIN') && initial) return plain(state, true)
  if (!offers('LOGINDISABLED')) {
    return offers('LITERAL+') || offers('LITERAL-') ? atOnce(state) : literals(state)
  }
  if (offers('AUTH=PLAIN')) return plain(state, initial)
  if (offers('AUTH=LOGIN')) return names(state)
  return fail(state, 'config', 'takes no password over this connection')
}

function literals(state: State): BackStep {
  const { login } = state.leg
  const { password } = state
  const secret = asked(state, () => send([password], verdict(state)))
  const name = asked(state, () => send([login, ` {${password.length}}`], secret))
  return send(`${state.leg.attempt.tag} LOGIN {${login.length}}`, name)
}

/** The end of a literal's announcement that waits for nobody. */
const ahead = '+}\r\n'

/** Names and passwords are far below the 4,096 octets that LITERAL- allows. */
function atOnce(state: State): BackStep {
  const { attempt, login } = state.leg
  const { password } = state
  const [first, second] = [`${login.length}`, `${password.length}`]
  const parts = [attempt.tag, ' LOGIN {', first, ahead, login, ' {', second, ahead, password]
  return send(parts, verdict(state))
}

function plain(state: State, initial: boolean): BackStep {
  const { attempt, login } = state.leg
  const response = () => plainResponse(login, state.password)
  const command = `${attempt.tag} AUTHENTICATE PLAIN`
  if (initial) return sendSecret(`${command} `, response(), verdict(state))
  return send(
    command,
    asked(state, () => sendSecret('', response(), verdict(state))),
  )
}

/** A token, repeated by the client's mechanism, or by its twin where the backend offers only that. */
function token(state: State, mechanism: BearerClient, initial: boolean): BackStep {
  const { attempt, login } = state.leg
  const { name, acknowledgement } = mechanism
  const response = () => mechanism.response(login, state.password)
  const command = `${attempt.tag} AUTHENTICATE ${name}`
  // A backend that refuses says why, and waits to be told that this was heard.
  const heard = () => send(acknowledgement, verdict(state))
  const end = awaited(state, 'login', attempt.tag, reply => judged(state, reply), heard)
  if (initial) return sendSecret(`${command} `, response(), end)
  return send(
    command,
    asked(state, () => sendSecret('', response(), end)),
  )
}

function bearerToward(wanted: Bearer, capabilities: ReadonlySet<string> | undefined): BearerClient {
  const offered = bearers.filter(known => capabilities?.has(`AUTH=${known.toUpperCase()}`))
  return bearerClient(offered.includes(wanted) ? wanted : (offered[0] ?? wanted))
}

function names(state: State): BackStep {
  const { attempt, login } = state.leg
  const secret = asked(state, () => sendSecret('', encode(state.password), verdict(state)))
  const name = asked(state, () => sendSecret('', encode(login), secret))
  return send(`${attempt.tag} AUTHENTICATE LOGIN`, name)
}

/** Waits to be asked for the next part; a tagged line instead is a verdict already. */
function asked(state: State, more: () => BackStep): Back {
  const done = (reply: Reply) =>
    reply.status === 'OK'
      ? fail(state, 'protocol', 'ended the login before it had the credentials', reply.bytes)
      : judged(state, reply)
  return awaited(state, 'login', state.leg.attempt.tag, done, more)
}

function verdict(state: State): Back {
  return awaited(state, 'login', state.leg.attempt.tag, reply => judged(state, reply))
}

/** Response codes (RFC 5530) that speak of the backend's state and not of the login. */
const noVerdict: ReadonlySet<string> = new Set(['UNAVAILABLE', 'SERVERBUG'])

function judged(state: State, reply: Reply): BackStep {
  switch (reply.status) {
    case 'OK':
      return { do: 'relay', reply: reply.bytes, facts: facts(state) }
    case 'BAD':
      return fail(state, 'protocol', 'did not understand the login', reply.bytes)
    case 'NO':
      if (noVerdict.has(codeOf(reply))) {
        return fail(state, 'unavailable', 'cannot serve now', reply.bytes)
      }
      if (state.leg.judge === 'edge') {
        return fail(state, 'login', 'refused a login that was judged at the edge', reply.bytes)
      }
      return { do: 'refused', reply: reply.line, facts: facts(state) }
  }
}
