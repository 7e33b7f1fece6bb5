import { Buffer } from 'node:buffer'
import type { Credentials } from '../../sasl/exchange.ts'
import type { Mechanism } from '../../words/mechanism.ts'
import { begin, type Frame } from '../authenticate.ts'
import { command, countWords, skipSpaces, trimEnd, wordEnd } from '../command.ts'
import { opened } from '../door.ts'
import { copied } from '../octets.ts'
import type { Door, Front, FrontSettings, Greeted, Step, Want } from '../protocol.ts'
import { type Greetings, greetings } from './capabilities.ts'
import { replies } from './replies.ts'

/**
 * Toward SMTP clients (RFC 5321, 3207 STARTTLS, 4954 AUTH), up to the login or, without login, the
 * first recipient. As in nginx no order is enforced: AUTH and MAIL may come without EHLO.
 */

/** What is the same for each session of a door, until it says STARTTLS. */
interface Standing {
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
}

/** `line` has its arguments from `at` on. */
type Run = (session: Session, line: Buffer, at: number, verb: string) => Step

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
  ['RSET', (session: Session) => say(session.keeping(undefined), replies.ok)],
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
  const { capabilities, clientBuffer, mechanisms, serverName, starttls } = settings
  const texts = greetings(settings)
  return opened(mechanisms.includes('cram-md5'), ({ secure, salt }) => {
    const upgradable = !secure && starttls !== 'off'
    const standing: Standing = {
      serverName,
      mechanisms,
      greetings: texts,
      chunking: capabilities.some(word => /^chunking$/i.test(word)),
      wants: { kind: 'line', atMost: clientBuffer - '\r\n'.length },
      salt,
      upgradable,
      open: !upgradable || starttls === 'on',
    }
    const next = new Session(standing, undefined, undefined)
    return { text: `220 ${serverName} ESMTP ready\r\n`, next }
  })
}

/** Waits for a command, and frames an AUTH that takes more lines than that. */
class Session implements Front, Frame {
  readonly standing: Standing
  readonly greeted: Greeted | undefined
  /** The MAIL line, while `none` is allowed and no recipient was taken. */
  readonly mail: Buffer | undefined

  constructor(standing: Standing, greeted: Greeted | undefined, mail: Buffer | undefined) {
    this.standing = standing
    this.greeted = greeted
    this.mail = mail
  }

  get wants(): Want {
    return this.standing.wants
  }

  get prefix(): string {
    return '334 '
  }

  receive(line: Buffer): Step {
    const said = command(line, verbs)
    const run = said && commands.get(said.verb)
    if (!run || countWords(line, said.at) > maxArguments) return fault(this)
    return run(this, line, said.at, said.verb)
  }

  tooLong(): Step {
    return { do: 'close', text: replies.invalid }
  }

  done(credentials: Credentials): Step {
    return attempt(this, credentials, undefined, undefined)
  }

  refused(): Step {
    return refuse(this)
  }

  keeping(mail: Buffer | undefined): Session {
    return new Session(this.standing, this.greeted, mail)
  }
}

function hello(session: Session, line: Buffer, at: number, verb: string): Step {
  const end = wordEnd(line, at)
  if (end === at || skipSpaces(line, end) < line.length || !isName(line, at, end)) {
    return say(session, replies.argument)
  }
  const { greetings, serverName, upgradable } = session.standing
  const { clear, plain } = greetings
  const esmtp = verb === 'EHLO'
  const name = line.toString('latin1', at, end)
  const greeted: Greeted = { verb: esmtp ? 'EHLO' : 'HELO', name }
  const texts = upgradable ? clear : plain
  const next = new Session(session.standing, greeted, undefined)
  return say(next, esmtp ? texts : `250 ${serverName}\r\n`)
}

function isName(line: Buffer, from: number, to: number): boolean {
  return to - from <= maxName && !hasNul(line, from, to)
}

function hasNul(line: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (line[at] === 0) return true
  return false
}

function auth(session: Session, line: Buffer, at: number): Step {
  if (!session.standing.open) return refuse(session)
  if (at === line.length) return say(session, replies.argument)
  const end = wordEnd(line, at)
  const from = skipSpaces(line, end)
  const to = wordEnd(line, from)
  if (skipSpaces(line, to) < line.length) return refuse(session)
  const name = line.subarray(at, end)
  const said = from < to ? [name, line.subarray(from, to)] : [name]
  return begin(said, session.standing, session)
}

function mail(session: Session, line: Buffer, at: number): Step {
  const { mechanisms, open } = session.standing
  if (!mechanisms.includes('none')) return say(session, replies.authRequired)
  if (!open) return say(session, replies.tlsRequired)
  if (session.mail) return say(session, replies.sequence)
  const kept = envelope(line, at)
  return kept ? say(session.keeping(kept), replies.ok) : say(session, replies.argument)
}

const nothing = Buffer.alloc(0)
const nobody: Credentials = { mechanism: 'none', login: nothing, password: nothing, salt: '' }

/** A recipient that is refused keeps the MAIL line, so that another may follow. */
function rcpt(session: Session, line: Buffer, at: number): Step {
  if (!session.mail) {
    const { mechanisms, open } = session.standing
    const none = mechanisms.includes('none')
    return say(session, none && !open ? replies.tlsRequired : replies.sequence)
  }
  const kept = envelope(line, at)
  if (!kept) return say(session, replies.argument)
  return attempt(session, nobody, copied(session.mail, 0, session.mail.length), kept)
}

/** A copy of a MAIL or RCPT line, if it can be passed on. */
function envelope(line: Buffer, at: number): Buffer | undefined {
  const cut = trimEnd(line)
  if (at === line.length || cut.length > maxLine || hasNul(cut, 0, cut.length)) return undefined
  return copied(cut, 0, cut.length)
}

/**
 * A chunk behind a recipient that was not taken (RFC 2920 allows it): what is in it must not be run
 * as commands, and whoever was not offered CHUNKING sends none.
 */
function chunk(session: Session): Step {
  return session.standing.chunking ? { do: 'close', text: replies.sequence } : fault(session)
}

function startTls(session: Session): Step {
  const { standing } = session
  if (!standing.upgradable) return refuse(session)
  // RFC 3207 section 4.2: what was learned in clear is forgotten, the name of HELO included.
  const secured = new Session({ ...standing, upgradable: false, open: true }, undefined, undefined)
  return { do: 'starttls', text: replies.startTls, next: secured }
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
  return { do: 'authenticate', attempt, next: session }
}

function say(session: Session, text: string): Step {
  return { do: 'reply', text, next: session }
}

function refuse(session: Session): Step {
  return say(session, replies.invalid)
}

function fault(session: Session): Step {
  return { do: 'reply', text: replies.invalid, next: session, fault: true }
}
