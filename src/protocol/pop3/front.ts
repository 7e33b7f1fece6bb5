import type { Credentials } from '../../sasl/exchange.ts'
import type { Mechanism } from '../../words/mechanism.ts'
import { begin } from '../authenticate.ts'
import { command, words } from '../command.ts'
import { opened } from '../door.ts'
import { copied } from '../octets.ts'
import type { Door, Front, FrontSettings, Step, Want } from '../protocol.ts'
import { type Capabilities, capabilities } from './capabilities.ts'
import { replies } from './replies.ts'

/** Toward POP3 clients (RFC 1939, 2449 CAPA, 2595 STLS, 5034 AUTH), up to and including the login. */

interface Session {
  readonly mechanisms: readonly Mechanism[]
  readonly capabilities: Capabilities
  readonly wants: Want
  readonly salt: string
  /** STLS may be said: the door has it, and it was not said yet. */
  readonly upgradable: boolean
  /** A login may be tried. */
  readonly open: boolean
}

interface Command {
  /** `line` has its arguments from `at` on. */
  run(session: Session, line: Buffer, at: number): Step
  /** May be said before STLS where STLS is required. */
  readonly clear?: true
}

/** nginx takes no command with more arguments; USER and PASS have one, the rest of the line. */
const maxArguments = 3

const commands: ReadonlyMap<string, Command> = new Map([
  ['QUIT', { run: quit, clear: true }],
  ['NOOP', { run: session => say(replies.ok, start(session)), clear: true }],
  ['CAPA', { run: capa, clear: true }],
  ['STLS', { run: stls, clear: true }],
  ['USER', { run: user }],
  ['APOP', { run: apop }],
  ['AUTH', { run: auth }],
  ['PASS', { run: refuse, clear: true }],
])

const verbs = [...commands.keys()]

export function door(settings: FrontSettings): Door {
  const salted = settings.mechanisms.some(word => word === 'apop' || word === 'cram-md5')
  const texts = capabilities(settings)
  return opened(salted, ({ secure, salt }) => {
    const upgradable = !secure && settings.starttls !== 'off'
    const session: Session = {
      mechanisms: settings.mechanisms,
      capabilities: texts,
      wants: { kind: 'line', atMost: settings.clientBuffer - '\r\n'.length },
      salt,
      upgradable,
      open: !upgradable || settings.starttls === 'on',
    }
    return {
      text: `${replies.greeting}${salted ? ` ${salt}` : ''}\r\n`,
      next: start(session),
    }
  })
}

function start(session: Session): Front {
  return front(session, line => {
    const said = command(line, verbs)
    const found = said && commands.get(said.verb)
    if (!said || !found || tooMany(said.verb, line, said.at)) return fault(session)
    if (!session.open && !found.clear) return refuse(session)
    return found.run(session, line, said.at)
  })
}

/** After USER: anything that does not go on with the login leads back to the start. */
function named(session: Session, login: Buffer): Front {
  const here = () => named(session, login)
  return front(session, line => {
    const said = command(line, verbs)
    if (!said || !commands.has(said.verb) || tooMany(said.verb, line, said.at)) {
      return fault(session)
    }
    switch (said.verb) {
      case 'PASS':
        return said.at < line.length ? pass(session, login, line, said.at) : refuse(session)
      case 'CAPA':
        return say(session.capabilities.plain, here())
      case 'NOOP':
        return say(replies.ok, here())
      case 'QUIT':
        return quit()
      default:
        return refuse(session)
    }
  })
}

function front(session: Session, receive: (line: Buffer) => Step): Front {
  return { wants: session.wants, receive, tooLong }
}

function tooMany(verb: string, line: Buffer, at: number): boolean {
  return verb !== 'USER' && verb !== 'PASS' && words(line, at).length > maxArguments
}

function quit(): Step {
  return { do: 'close', text: replies.ok }
}

function capa(session: Session): Step {
  const { clear, plain } = session.capabilities
  return say(session.upgradable ? clear : plain, start(session))
}

function user(session: Session, line: Buffer, at: number): Step {
  if (at === line.length) return refuse(session)
  return say(replies.ok, named(session, copied(line, at, line.length)))
}

function pass(session: Session, login: Buffer, line: Buffer, at: number): Step {
  const password = copied(line, at, line.length)
  return attempt(session, { mechanism: 'plain', login, password, salt: '' })
}

function apop(session: Session, line: Buffer, at: number): Step {
  const [login, digest, ...more] = words(line, at)
  if (!login || !digest || more.length > 0) return refuse(session)
  if (!session.mechanisms.includes('apop')) return refuse(session)
  return attempt(session, {
    mechanism: 'apop',
    login: Buffer.from(login),
    password: Buffer.from(digest),
    salt: session.salt,
  })
}

function auth(session: Session, line: Buffer, at: number): Step {
  const said = words(line, at)
  if (said.length === 0) return say(session.capabilities.mechanisms, start(session))
  return begin(said, session, {
    prefix: '+ ',
    wants: session.wants,
    // nginx tells an auth server the greeting's challenge with EXTERNAL, too.
    done: credentials =>
      attempt(session, {
        ...credentials,
        salt: credentials.mechanism === 'external' ? session.salt : credentials.salt,
      }),
    refused: () => refuse(session),
    tooLong,
  })
}

function stls(session: Session): Step {
  if (!session.upgradable) return refuse(session)
  return {
    do: 'starttls',
    text: replies.ok,
    next: start({ ...session, upgradable: false, open: true }),
  }
}

function attempt(session: Session, credentials: Credentials): Step {
  const { mechanism, login, password, salt } = credentials
  const attempt = { mechanism, tag: '', login, password, salt }
  return { do: 'authenticate', attempt, next: start(session) }
}

function say(text: string, next: Front): Step {
  return { do: 'reply', text, next }
}

function refuse(session: Session): Step {
  return say(replies.invalid, start(session))
}

function fault(session: Session): Step {
  return { do: 'reply', text: replies.invalid, next: start(session), fault: true }
}

function tooLong(): Step {
  return { do: 'close', text: replies.invalid }
}
