import { Buffer } from 'node:buffer'
import type { Credentials } from '../../sasl/exchange.ts'
import type { Mechanism } from '../../words/mechanism.ts'
import { begin } from '../authenticate.ts'
import { opened } from '../door.ts'
import type { Door, Front, FrontSettings, Step } from '../protocol.ts'
import { type Capabilities, capabilities } from './capabilities.ts'
import { announcesOctets, type Command, type Piece, parse, parseMore } from './parse.ts'
import { completed, invalid, replies } from './replies.ts'

/** Toward IMAP clients (RFC 9051 and 3501, 4959 SASL-IR, 7888 literals), up to the login. */

interface Session {
  readonly mechanisms: readonly Mechanism[]
  readonly capabilities: Capabilities
  /** Octets of one command, its literals and line ends included. */
  readonly buffer: number
  readonly salt: string
  /** STARTTLS may be said: the door has it, and it was not said yet. */
  readonly upgradable: boolean
  /** A login may be tried. */
  readonly open: boolean
}

type Run = (session: Session, command: Command) => Step

const commands: ReadonlyMap<string, Run> = new Map([
  ['CAPABILITY', capability],
  ['NOOP', (session: Session, { tag }: Command) => say(session, completed(tag))],
  ['LOGOUT', logout],
  ['STARTTLS', startTls],
  ['LOGIN', login],
  ['AUTHENTICATE', authenticate],
])

const verbs = [...commands.keys()]

const lineEnd = '\r\n'.length

export function door(settings: FrontSettings): Door {
  const { clientBuffer, mechanisms, starttls } = settings
  const texts = capabilities(settings)
  return opened(mechanisms.includes('cram-md5'), ({ secure, salt }) => {
    const upgradable = !secure && starttls !== 'off'
    const session: Session = {
      mechanisms,
      capabilities: texts,
      buffer: clientBuffer,
      salt,
      upgradable,
      open: !upgradable || starttls === 'on',
    }
    return { text: replies.greeting, next: start(session) }
  })
}

function start(session: Session): Front {
  return piece(session, session.buffer, undefined, first)
}

function first(line: Buffer): Piece {
  return parse(line, verbs)
}

/** A line of a command for which so many octets of the buffer are `left`. */
function piece(
  session: Session,
  left: number,
  tag: string | undefined,
  read: (line: Buffer) => Piece,
): Front {
  return {
    wants: { kind: 'line', atMost: Math.max(0, left - lineEnd) },
    receive(line) {
      const found = read(line)
      if (found.kind === 'command') return run(session, found.command)
      if (found.kind === 'literal') return literal(session, left - line.length - lineEnd, found)
      return announcesOctets(line) ? close(found.tag) : fault(session, found.tag)
    },
    tooLong: () => close(tag),
  }
}

function run(session: Session, command: Command): Step {
  const found = commands.get(command.verb)
  return found ? found(session, command) : fault(session, command.tag)
}

function literal(session: Session, left: number, found: Piece & { kind: 'literal' }): Step {
  const { command, octets, synchronizing } = found
  const known = commands.has(command.verb)
  if (octets + lineEnd > left || !known || !session.open) {
    // Octets that nobody asked for come all the same, and must not be run as commands.
    if (!synchronizing) return close(command.tag)
    return known ? refuse(session, command.tag) : fault(session, command.tag)
  }
  const text = synchronizing ? replies.next : ''
  if (octets === 0)
    return { do: 'reply', text, next: behind(session, left, command, Buffer.alloc(0)) }
  const next: Front = {
    wants: { kind: 'octets', count: octets },
    receive: bytes => ({
      do: 'reply',
      text: '',
      next: behind(session, left - octets, command, Buffer.from(bytes)),
    }),
    tooLong: () => close(command.tag),
  }
  return { do: 'reply', text, next }
}

function behind(session: Session, left: number, command: Command, word: Buffer): Front {
  const longer = { ...command, words: [...command.words, word] }
  return piece(session, left, command.tag, line => parseMore(longer, line))
}

function capability(session: Session, { tag }: Command): Step {
  const { clear, plain } = session.capabilities
  return say(session, `${session.upgradable ? clear : plain}${completed(tag)}`)
}

function logout(_: Session, { tag }: Command): Step {
  return { do: 'close', text: `${replies.bye}${completed(tag)}` }
}

function startTls(session: Session, { tag }: Command): Step {
  if (!session.upgradable) return refuse(session, tag)
  return {
    do: 'starttls',
    text: completed(tag),
    next: start({ ...session, upgradable: false, open: true }),
  }
}

function login(session: Session, { tag, words }: Command): Step {
  const user = words[0]
  const password = words[1]
  const wrong = !user?.length || !password || words.length > 2
  if (wrong || !session.open) return refuse(session, tag)
  return attempt(session, tag, { mechanism: 'plain', login: user, password, salt: '' })
}

function authenticate(session: Session, { tag, words }: Command): Step {
  if (!session.open) return refuse(session, tag)
  return begin(words, session, {
    prefix: '+ ',
    wants: { kind: 'line', atMost: session.buffer - lineEnd },
    done: credentials => attempt(session, tag, credentials),
    refused: () => refuse(session, tag),
    tooLong: () => close(tag),
  })
}

function attempt(session: Session, tag: string, credentials: Credentials): Step {
  const { mechanism, login, password, salt } = credentials
  const attempt = { mechanism, tag, login, password, salt }
  return { do: 'authenticate', attempt, next: start(session) }
}

function say(session: Session, text: string): Step {
  return { do: 'reply', text, next: start(session) }
}

function refuse(session: Session, tag: string): Step {
  return say(session, invalid(tag))
}

function fault(session: Session, tag: string | undefined): Step {
  return { do: 'reply', text: invalid(tag), next: start(session), fault: true }
}

function close(tag: string | undefined): Step {
  return { do: 'close', text: invalid(tag) }
}
