import type { Credentials } from '../../sasl/exchange.ts'
import type { Mechanism } from '../../words/mechanism.ts'
import { begin } from '../authenticate.ts'
import { command, trimEnd, words } from '../command.ts'
import { opened } from '../door.ts'
import type { Door, Front, FrontSettings, Greeted, Step, Want } from '../protocol.ts'
import { type Greetings, greetings } from './capabilities.ts'
import { replies } from './replies.ts'

/**
 * Toward SMTP clients (RFC 5321, 3207 STARTTLS, 4954 AUTH), up to the login or, without login, the
 * first recipient. As in nginx no order is enforced: AUTH and MAIL may come without EHLO.
 */

interface Session {
  readonly serverName: string
  readonly mechanisms: readonly Mechanism[]
  readonly greetings: Greetings
  /** CHUNKING is offered. */
  readonly chunking: boolean
  readonly wants: Want
  readonly salt: string
  /** STARTTLS may be said: the door has it, and it was not said yet. */
  readonly upgradable: boolean
  /** A login or a mail may be tried. */
  readonly open: boolean
  readonly greeted: Greeted | undefined
  /** The MAIL line, while `none` is allowed and no recipient was taken. */
  readonly mail: Buffer | undefined
}

type Run = (session: Session, line: Buffer, said: readonly Buffer[], verb: string) => Step

/** nginx takes no command with more arguments. */
const maxArguments = 11

/**
 * Octets of a HELO name, which XCLIENT has to carry in a value, and of a MAIL or RCPT line, which a
 * backend must take whole: one that cuts it runs the rest as a command.
 */
const maxName = 255
const maxLine = 2000

const commands: ReadonlyMap<string, Run> = new Map([
  ['HELO', hello],
  ['EHLO', hello],
  ['AUTH', auth],
  ['QUIT', (): Step => ({ do: 'close', text: replies.bye })],
  ['NOOP', (session: Session) => say(session, replies.ok)],
  ['RSET', (session: Session) => say(forgetful(session), replies.ok)],
  ['MAIL', mail],
  ['RCPT', rcpt],
  ['STARTTLS', startTls],
  ['DATA', refuse],
  ['BDAT', chunk],
  ['VRFY', refuse],
  ['EXPN', refuse],
  ['HELP', refuse],
])

const verbs = [...commands.keys()]

export function door(settings: FrontSettings): Door {
  const { mechanisms, serverName, starttls } = settings
  const texts = greetings(settings)
  return opened(mechanisms.includes('cram-md5'), ({ secure, salt }) => {
    const upgradable = !secure && starttls !== 'off'
    const session: Session = {
      serverName,
      mechanisms,
      greetings: texts,
      chunking: settings.capabilities.some(word => /^chunking$/i.test(word)),
      wants: { kind: 'line', atMost: settings.clientBuffer - '\r\n'.length },
      salt,
      upgradable,
      open: !upgradable || starttls === 'on',
      greeted: undefined,
      mail: undefined,
    }
    return { text: `220 ${serverName} ESMTP ready\r\n`, next: start(session) }
  })
}

function start(session: Session): Front {
  return {
    wants: session.wants,
    receive(line) {
      const said = command(line, verbs)
      const run = said && commands.get(said.verb)
      const given = said ? words(line, said.at) : []
      if (!run || given.length > maxArguments) return fault(session)
      return run(session, line, given, said.verb)
    },
    tooLong,
  }
}

function hello(session: Session, _line: Buffer, said: readonly Buffer[], verb: string): Step {
  const name = said[0]
  if (!name || said.length > 1 || name.length > maxName || name.includes(0)) {
    return say(session, replies.argument)
  }
  const { clear, plain } = session.greetings
  const esmtp = verb === 'EHLO'
  const greeted: Greeted = { verb: esmtp ? 'EHLO' : 'HELO', name: name.toString('latin1') }
  const texts = session.upgradable ? clear : plain
  const next = { ...session, greeted, mail: undefined }
  return say(next, esmtp ? texts : `250 ${session.serverName}\r\n`)
}

function auth(session: Session, _line: Buffer, said: readonly Buffer[]): Step {
  if (!session.open) return refuse(session)
  if (said.length === 0) return say(session, replies.argument)
  return begin(said, session, {
    prefix: '334 ',
    wants: session.wants,
    done: credentials => attempt(session, credentials, undefined, undefined),
    refused: () => refuse(session),
    tooLong,
  })
}

function mail(session: Session, line: Buffer, said: readonly Buffer[]): Step {
  if (!session.mechanisms.includes('none')) return say(session, replies.authRequired)
  if (!session.open) return say(session, replies.tlsRequired)
  if (session.mail) return say(session, replies.sequence)
  const kept = envelope(line, said)
  return kept ? say({ ...session, mail: kept }, replies.ok) : say(session, replies.argument)
}

/** A recipient that is refused keeps the MAIL line, so that another may follow. */
function rcpt(session: Session, line: Buffer, said: readonly Buffer[]): Step {
  if (!session.mail) {
    const none = session.mechanisms.includes('none')
    return say(session, none && !session.open ? replies.tlsRequired : replies.sequence)
  }
  const kept = envelope(line, said)
  if (!kept) return say(session, replies.argument)
  const nobody: Credentials = {
    mechanism: 'none',
    login: Buffer.alloc(0),
    password: Buffer.alloc(0),
    salt: '',
  }
  return attempt(session, nobody, Buffer.from(session.mail), kept)
}

/** A copy of a MAIL or RCPT line, if it can be passed on. */
function envelope(line: Buffer, said: readonly Buffer[]): Buffer | undefined {
  const cut = trimEnd(line)
  if (said.length === 0 || cut.length > maxLine || cut.includes(0)) return undefined
  return Buffer.from(cut)
}

/**
 * A chunk behind a recipient that was not taken (RFC 2920 allows it): what is in it must not be run
 * as commands, and whoever was not offered CHUNKING sends none.
 */
function chunk(session: Session): Step {
  return session.chunking ? { do: 'close', text: replies.sequence } : fault(session)
}

function startTls(session: Session): Step {
  if (!session.upgradable) return refuse(session)
  // RFC 3207 section 4.2: what was learned in clear is forgotten, the name of HELO included.
  const secured = { ...session, greeted: undefined, mail: undefined, upgradable: false, open: true }
  return { do: 'starttls', text: replies.startTls, next: start(secured) }
}

function attempt(
  session: Session,
  credentials: Credentials,
  mail: Buffer | undefined,
  rcpt: Buffer | undefined,
): Step {
  const { mechanism, login, password, salt } = credentials
  const { greeted } = session
  const attempt = { mechanism, tag: '', login, password, salt, greeted, mail, rcpt }
  return { do: 'authenticate', attempt, next: start(session) }
}

function forgetful(session: Session): Session {
  return { ...session, mail: undefined }
}

function say(session: Session, text: string): Step {
  return { do: 'reply', text, next: start(session) }
}

function refuse(session: Session): Step {
  return say(session, replies.invalid)
}

function fault(session: Session): Step {
  return { do: 'reply', text: replies.invalid, next: start(session), fault: true }
}

function tooLong(): Step {
  return { do: 'close', text: replies.invalid }
}
