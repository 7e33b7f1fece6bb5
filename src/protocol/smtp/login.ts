import { Buffer } from 'node:buffer'
import { encode, encodeInPlace } from '../../sasl/base64.ts'
import { type BearerClient, bearerClient } from '../../sasl/bearer.ts'
import { plainLength, plainResponse } from '../../sasl/client.ts'
import { type Bearer, bearers } from '../../words/mechanism.ts'
import { send, sendSecret, sendWith } from '../converse.ts'
import { put } from '../octets.ts'
import type { Back, BackStep } from '../protocol.ts'
import { awaited } from './awaited.ts'
import { replies } from './replies.ts'
import type { Reply } from './reply.ts'
import { fail, isVerdict, listed, logsIn, refused, relay, type State, unwanted } from './state.ts'

const authenticated = Buffer.from(replies.authenticated, 'latin1')

/** The last part of the dialogue with an SMTP backend: AUTH (RFC 4954), or MAIL and RCPT, or nothing. */
export function login(state: State): BackStep {
  if (state.leg.attempt.mechanism === 'none') return envelope(state)
  if (!logsIn(state)) return relay(state, authenticated)
  const { password } = state.leg
  if (!password) return fail(state, 'config', 'wants a password, and none is known')
  return authenticate(state, password)
}

/** Octets of a command line, without CRLF (RFC 5321 section 4.5.3.1.4). */
const maxCommand = 510

const initial = 'AUTH PLAIN '

function authenticate(state: State, password: Buffer): BackStep {
  const offered = listed(state, 'AUTH')
  const { bearer } = state.leg
  if (bearer) return authBearer(state, bearerToward(bearer, offered), password)
  if (offered?.has('LOGIN') && !offered.has('PLAIN')) return authLogin(state, password)
  if (!offered?.has('PLAIN') && state.leg.judge === 'backend') {
    return fail(state, 'config', 'offers neither AUTH PLAIN nor AUTH LOGIN')
  }
  return authPlain(state, password)
}

function authPlain(state: State, password: Buffer): BackStep {
  const { login } = state.leg
  if (initial.length + plainLength(login, password) > maxCommand) return asksFirst(state, password)
  return { do: 'send', bytes: plainLine(login, password), next: verdict(state) }
}

/** What a line cannot hold with its command is the answer to a challenge. */
function asksFirst(state: State, password: Buffer): BackStep {
  const challenged = challenge(state, () =>
    sendSecret('', plainResponse(state.leg.login, password), verdict(state)),
  )
  return send('AUTH PLAIN', challenged)
}

/** The whole line, of which nothing secret stands anywhere else. */
function plainLine(login: Buffer, password: Buffer): Buffer {
  const from = initial.length
  const to = from + plainLength(login, password)
  const count = login.length + password.length + 2
  const bytes = Buffer.allocUnsafe(to + 2)
  put(bytes, 0, initial)
  const named = put(bytes, put(bytes, to - count, '\0'), login)
  put(bytes, put(bytes, named, '\0'), password)
  encodeInPlace(bytes, from, to, count)
  put(bytes, to, '\r\n')
  return bytes
}

function authLogin(state: State, password: Buffer): BackStep {
  const asked = challenge(state, () => sendSecret('', encode(password), verdict(state)))
  const named = challenge(state, () => sendSecret('', encode(state.leg.login), asked))
  return send('AUTH LOGIN', named)
}

/** A token may be longer than a command: it is a line of its own (RFC 4954 section 4). */
function authBearer(state: State, mechanism: BearerClient, token: Buffer): BackStep {
  const { name, acknowledgement, response } = mechanism
  const end = awaited(state, 'login', (state, reply) =>
    reply.code === 334 ? send(acknowledgement, verdict(state)) : ended(state, reply),
  )
  const asked = challenge(state, () => sendSecret('', response(state.leg.login, token), end))
  return send(`AUTH ${name}`, asked)
}

/** The client's mechanism, or its twin where the backend offers only that. */
function bearerToward(wanted: Bearer, offered: ReadonlySet<string> | undefined): BearerClient {
  const known = bearers.filter(each => offered?.has(each.toUpperCase()))
  return bearerClient(known.includes(wanted) ? wanted : (known[0] ?? wanted))
}

function challenge(state: State, then: () => BackStep): Back {
  return awaited(state, 'login', (state, reply) =>
    reply.code === 334 ? then() : judged(state, reply),
  )
}

function verdict(state: State): Back {
  return awaited(state, 'login', ended)
}

function ended(state: State, reply: Reply): BackStep {
  if (reply.code !== 235) return judged(state, reply)
  if (state.leg.judge === 'backend') return relay(state, reply.bytes)
  return relay(state, authenticated)
}

/** Codes that say nothing of the credentials: AUTH, or AUTH in clear, is not to be had there. */
const noVerdict: ReadonlySet<number> = new Set([500, 501, 502, 503, 504, 530, 538])

function judged(state: State, reply: Reply): BackStep {
  if (!isVerdict(reply)) return fail(state, 'protocol', 'sent an odd reply to AUTH', reply.bytes)
  if (reply.code < 500) return fail(state, 'unavailable', 'cannot judge a login now', reply.bytes)
  if (noVerdict.has(reply.code)) return fail(state, 'config', 'takes no AUTH from us', reply.bytes)
  if (state.leg.judge === 'backend') return refused(state, reply)
  return fail(state, 'login', 'refused a login that was judged at the edge', reply.bytes)
}

/** Without login: the client's MAIL and first RCPT as they came; the answer to RCPT is its own. */
function envelope(state: State): BackStep {
  const { mail, rcpt } = state.leg.attempt
  if (!mail || !rcpt) return fail(state, 'internal', 'was to get an envelope that is missing')
  const sender = awaited(state, 'login', (state, reply) => {
    if (reply.code === 250) return sendWith('', rcpt, awaited(state, 'login', recipientTaken))
    if (isVerdict(reply)) return refused(state, reply)
    return unwanted(state, reply, 'sent an odd reply to MAIL')
  })
  return sendWith('', mail, sender)
}

function recipientTaken(state: State, reply: Reply): BackStep {
  return relay(state, reply.bytes)
}
