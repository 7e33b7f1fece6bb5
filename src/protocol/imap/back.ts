import { Buffer } from 'node:buffer'
import { afterTls, back, fitsLine, withEnd } from '../converse.ts'
import type { Back, BackStep, Leg } from '../protocol.ts'
import { believed, identification } from './identification.ts'
import { login } from './login.ts'
import { isOfTag, maxTag } from './parse.ts'
import { announced, codeOf, isBye, saysWord, textOf } from './reply.ts'
import { ask, fail, type State } from './state.ts'

const nothing = Buffer.alloc(0)

/**
 * Toward IMAP backends: greeting, STARTTLS, Dovecot's ID, then the login. CAPABILITY is asked only
 * where something depends on it and nothing that counts was heard. Dovecot may say `* OK Waiting
 * for authentication process` before its greeting: a greeting without capabilities proves nothing,
 * and one that comes later is an untagged line among others.
 */
export function imapBack(leg: Leg): Back {
  return back('backend-greeting', line => {
    const state: State = {
      leg,
      password: leg.password ?? nothing,
      secure: leg.tls === 'on',
      identity: leg.identify ? 'not-offered' : 'off',
      capabilities: announced(line),
    }
    if (isBye(line)) return fail(state, 'unavailable', 'said BYE', withEnd(line))
    if (!saysWord(line, '* OK')) {
      return fail(state, 'protocol', 'sent a greeting that is none', withEnd(line))
    }
    if (!leg.password) return fail(state, 'config', 'wants a password, and none is known')
    const sendable = fitsLine(leg.login) && fitsLine(leg.password) && isTag(leg.attempt.tag)
    return sendable ? secured(state) : fail(state, 'config', 'cannot be sent such credentials')
  })
}

function isTag(tag: string): boolean {
  for (let at = 0; at < tag.length; at++) if (!isOfTag(tag.charCodeAt(at))) return false
  return tag.length > 0 && tag.length <= maxTag
}

function secured(state: State): BackStep {
  switch (state.leg.tls) {
    case 'off':
    case 'on':
      return identify(state)
    case 'starttls':
      return startTls(state)
    case 'auto':
      return informed(state, 'backend-tls', heard =>
        heard.capabilities?.has('STARTTLS') ? startTls(heard) : identify(heard),
      )
  }
}

function startTls(state: State): BackStep {
  return ask(state, 'backend-tls', 'STARTTLS', reply => {
    if (reply.status === 'OK') {
      return afterTls(identify({ ...state, secure: true, capabilities: undefined }))
    }
    if (state.leg.tls === 'auto') return identify(state)
    return fail(state, 'tls', 'refused STARTTLS', reply.bytes)
  })
}

function identify(state: State): BackStep {
  if (!state.leg.identify) {
    return state.leg.judge === 'backend' ? informed(state, 'login', login) : login(state)
  }
  return informed(state, 'identity', heard => {
    if (!heard.capabilities?.has('ID')) return login(heard)
    return ask(heard, 'identity', identification(heard.leg.client), reply => {
      const told: State = { ...heard, identity: believed(reply.status, textOf(reply)) }
      return codeOf(reply) === 'SERVERBUG'
        ? fail(told, 'unavailable', 'cannot serve now', reply.bytes)
        : login(told)
    })
  })
}

/** Goes on once the backend's capabilities are known. */
function informed(
  state: State,
  stage: 'backend-tls' | 'identity' | 'login',
  then: (state: State) => BackStep,
): BackStep {
  if (state.capabilities) return then(state)
  return ask(state, stage, 'CAPABILITY', reply =>
    then({ ...state, capabilities: reply.capabilities ?? new Set() }),
  )
}
