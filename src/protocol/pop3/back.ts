import { type BearerClient, bearerClient } from '../../sasl/bearer.ts'
import { plainLength, plainResponse } from '../../sasl/client.ts'
import type { Failure } from '../../words/failure.ts'
import type { Identity } from '../../words/identity.ts'
import { afterTls, back, fitsLine, send, sendSecret, withEnd } from '../converse.ts'
import { says } from '../octets.ts'
import type { Back, BackFacts, BackStep, Leg } from '../protocol.ts'
import { believed, xclient } from './xclient.ts'

/**
 * Toward POP3 backends: greeting, STLS (RFC 2595), Dovecot's XCLIENT, then nginx's USER and PASS,
 * or AUTH PLAIN (RFC 5034) for credentials that such lines cannot carry.
 */

interface State {
  readonly leg: Leg
  readonly password: Buffer
  /** To be told, for the greeting said `[XCLIENT]`, which is said to trusted peers and nowhere later. */
  readonly trusted: boolean
  readonly secure: boolean
  readonly identity: Identity
}

/** RFC 2449 section 4: 255 octets, CRLF included. */
const maxCommand = 253
const space = 0x20
const plus = 0x2b
/** What ends a multi-line reply. */
const end = Buffer.from('.')
const nothing = Buffer.alloc(0)

export function pop3Back(leg: Leg): Back {
  return back('backend-greeting', line => {
    const state: State = {
      leg,
      password: leg.password ?? nothing,
      trusted: leg.identify && line.includes('[XCLIENT]'),
      secure: leg.tls === 'on',
      identity: leg.identify ? 'not-offered' : 'off',
    }
    if (is(line, '-ERR')) return fail(state, 'unavailable', 'greeted with an error', line)
    if (!is(line, '+OK')) return fail(state, 'protocol', 'sent a greeting that is none', line)
    if (!leg.password) return fail(state, 'config', 'wants a password, and none is known')
    if (!fitsLine(leg.login) || !fitsLine(leg.password)) {
      return fail(state, 'config', 'cannot be sent such credentials')
    }
    return secured(state)
  })
}

function secured(state: State): BackStep {
  switch (state.leg.tls) {
    case 'off':
    case 'on':
      return identify(state)
    case 'starttls':
      return stls(state)
    case 'auto':
      return send('CAPA', capabilities(state))
  }
}

function capabilities(state: State): Back {
  return back('backend-tls', line => (is(line, '+OK') ? list(state, false) : identify(state)))

  function list(state: State, offered: boolean): BackStep {
    const next = back('backend-tls', line => {
      if (line.equals(end)) return offered ? stls(state) : identify(state)
      return list(state, offered || line.toString('latin1').trim().toUpperCase() === 'STLS')
    })
    return { do: 'wait', next }
  }
}

function stls(state: State): BackStep {
  return send(
    'STLS',
    back('backend-tls', line => {
      if (is(line, '+OK')) return afterTls(identify({ ...state, secure: true }))
      if (state.leg.tls === 'auto') return identify(state)
      return fail(state, 'tls', 'refused STLS', line)
    }),
  )
}

function identify(state: State): BackStep {
  if (!state.trusted) return login(state)
  return send(
    xclient(state.leg.client),
    back('identity', line => login({ ...state, identity: believed(line.toString('latin1')) })),
  )
}

function login(state: State): BackStep {
  if (state.leg.bearer) return authBearer(state, bearerClient(state.leg.bearer))
  const { login } = state.leg
  if (!carries(login) || !carries(state.password)) return authPlain(state)
  const asked = back('login', line =>
    is(line, '+OK') ? send(['PASS ', state.password], verdict(state)) : judged(state, line),
  )
  return send(['USER ', login], asked)
}

/** Whether a server that skips spaces before an argument finds what was meant. */
function carries(argument: Buffer): boolean {
  const first = argument[0]
  return first !== undefined && first !== space && 'USER '.length + argument.length <= maxCommand
}

function authPlain(state: State): BackStep {
  const { login } = state.leg
  const response = () => plainResponse(login, state.password)
  if ('AUTH PLAIN '.length + plainLength(login, state.password) <= maxCommand) {
    return sendSecret('AUTH PLAIN ', response(), verdict(state))
  }
  const asked = back('login', line =>
    isContinuation(line) ? sendSecret('', response(), verdict(state)) : judged(state, line),
  )
  return send('AUTH PLAIN', asked)
}

/** A token may be longer than a command: it is a line of its own. */
function authBearer(state: State, { name, acknowledgement, response }: BearerClient): BackStep {
  const said = verdict(state)
  const end = back('login', line =>
    isContinuation(line) ? send(acknowledgement, said) : said.receive(line),
  )
  const asked = back('login', line =>
    isContinuation(line)
      ? sendSecret('', response(state.leg.login, state.password), end)
      : judged(state, line),
  )
  return send(`AUTH ${name}`, asked)
}

function isContinuation(line: Buffer): boolean {
  return line[0] === plus && !is(line, '+OK')
}

function verdict(state: State): Back {
  return back('login', line => {
    if (!is(line, '+OK')) return judged(state, line)
    return { do: 'relay', reply: withEnd(line), facts: facts(state) }
  })
}

/** A reply that ends the login without success; RFC 2449 and 3206 give the codes. */
function judged(state: State, line: Buffer): BackStep {
  if (!is(line, '-ERR')) return fail(state, 'protocol', 'sent no POP3 reply', line)
  if (/^-ERR \[SYS\/TEMP\]/i.test(line.toString('latin1'))) {
    return fail(state, 'unavailable', 'cannot serve now', line)
  }
  if (state.leg.judge === 'edge') {
    return fail(state, 'login', 'refused a login that was judged at the edge', line)
  }
  return { do: 'refused', reply: withEnd(line), facts: facts(state) }
}

/** Whatever follows the word, as in nginx. */
function is(line: Buffer, status: '+OK' | '-ERR'): boolean {
  return says(line, 0, status)
}

function facts(state: State): BackFacts {
  return { identity: state.identity, secure: state.secure }
}

function fail(state: State, failure: Failure, reason: string, line?: Buffer): BackStep {
  const reply = line ? { reply: withEnd(line) } : {}
  return { do: 'fail', failure, reason, facts: facts(state), ...reply }
}
