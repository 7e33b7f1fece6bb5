import type { Answer, Chunk, Dialogue, Surroundings, Want } from '../dialogue.ts'
import { maxErrors } from '../dialogue.ts'
import type { Message } from '../folder.ts'
import { parts } from '../message.ts'
import { parsePlain } from '../sasl.ts'
import type { Mailbox } from '../store.ts'
import { parseXclient } from './xclient.ts'

/** RFC 2449 4 allows 255 octets; AUTH PLAIN's and XCLIENT's lines are longer. */
const maxLine = 2_048

const before = ['CAPA', 'USER', 'PASS', 'AUTH', 'XCLIENT', 'QUIT']
const capabilities = [
  'TOP',
  'UIDL',
  'USER',
  'PIPELINING',
  'RESP-CODES',
  'AUTH-RESP-CODE',
  'SASL PLAIN',
]

/** POP3 (RFC 1939, 2449, 5034) with Dovecot's XCLIENT, which its greeting announces. */
export class Pop3Dialogue implements Dialogue {
  readonly wants: Want = { kind: 'line', atMost: maxLine }
  readonly greeting: string
  readonly #around: Surroundings
  #client: string
  #user = ''
  #mailbox: Mailbox | undefined
  /** The maildrop as it was at login: its numbers stay. */
  #drop: readonly Message[] = []
  readonly #deleted = new Set<Message>()
  #awaitsPlain = false
  #errors = 0

  constructor(around: Surroundings) {
    this.#around = around
    this.#client = around.peer.address
    this.greeting = `+OK [XCLIENT] ${around.host} ready.\r\n`
  }

  receive(input: Buffer): Answer {
    const line = input.toString('latin1')
    if (this.#awaitsPlain) return this.#plain(line)
    const [verb = '', ...args] = line.split(' ')
    const name = verb.toUpperCase()
    const run = this.#mailbox || before.includes(name) ? this.#commands.get(name) : undefined
    return run ? run(args) : this.#error('-ERR Unknown command.')
  }

  tooLong(): Answer {
    return closing('-ERR Too long line.')
  }

  end(): void {
    this.#mailbox = undefined
    this.#drop = []
  }

  readonly #commands: ReadonlyMap<string, (args: readonly string[]) => Answer> = new Map([
    ['CAPA', () => lines('+OK Capability list follows', capabilities)],
    ['XCLIENT', (args: readonly string[]) => this.#xclient(args)],
    ['USER', (args: readonly string[]) => this.#setUser(args)],
    ['PASS', (args: readonly string[]) => this.#login(this.#user, utf8(args.join(' ')))],
    ['AUTH', (args: readonly string[]) => this.#auth(args)],
    ['STAT', () => this.#stat()],
    ['LIST', (args: readonly string[]) => this.#scan(args[0], one => String(one.bytes.length))],
    ['UIDL', (args: readonly string[]) => this.#scan(args[0], one => this.#uidl(one))],
    ['RETR', (args: readonly string[]) => this.#with(args[0], retrieved)],
    ['TOP', (args: readonly string[]) => this.#top(args)],
    ['DELE', (args: readonly string[]) => this.#with(args[0], one => this.#delete(one))],
    ['NOOP', () => said('+OK')],
    ['RSET', () => this.#reset()],
    ['QUIT', () => this.#quit()],
  ])

  #xclient(args: readonly string[]): Answer {
    if (this.#mailbox) return this.#error('-ERR Unknown command.')
    const told = parseXclient(args)
    if (told.kind === 'invalid') return this.#error('-ERR Invalid parameters')
    this.#client = told.attributes.get('ADDR') ?? this.#client
    return said('+OK Updated')
  }

  #setUser(args: readonly string[]): Answer {
    if (this.#mailbox || args.length === 0) return this.#error('-ERR Unknown command.')
    this.#user = utf8(args.join(' '))
    return said('+OK')
  }

  #auth([mechanism = '', response]: readonly string[]): Answer {
    if (mechanism === '') return lines('+OK', ['PLAIN'])
    if (mechanism.toUpperCase() !== 'PLAIN') return this.#error('-ERR Unsupported mechanism.')
    if (response !== undefined) return this.#plain(response)
    this.#awaitsPlain = true
    return said('+ ')
  }

  #plain(response: string): Answer {
    this.#awaitsPlain = false
    const credentials = parsePlain(response)
    if (!credentials) return this.#error('-ERR [AUTH] Invalid response.')
    return this.#login(credentials.user, credentials.password)
  }

  #login(user: string, password: string): Answer {
    if (this.#mailbox) return this.#error('-ERR Already logged in.')
    const mailbox = this.#around.login(user, password)
    this.#user = ''
    if (!mailbox) return this.#error('-ERR [AUTH] Authentication failed.')
    this.#mailbox = mailbox
    this.#drop = mailbox.inbox.messages
    return said(`+OK Logged in at ${this.#around.host}, client ${this.#client}.`)
  }

  #stat(): Answer {
    const left = this.#left()
    return said(`+OK ${left.length} ${left.reduce((sum, one) => sum + one.bytes.length, 0)}`)
  }

  #scan(number: string | undefined, of: (message: Message) => string): Answer {
    const row = (one: Message) => `${this.#drop.indexOf(one) + 1} ${of(one)}`
    if (number) return this.#with(number, one => said(`+OK ${row(one)}`))
    const left = this.#left()
    return lines(`+OK ${left.length} messages`, left.map(row))
  }

  #top([number, count = '']: readonly string[]): Answer {
    if (!/^\d{1,9}$/.test(count))
      return this.#error('-ERR A message and a number of lines, please.')
    return this.#with(number, one => {
      const { header, body } = parts(one.bytes)
      const rows = body.toString('latin1').split(/(?<=\n)/, Number(count))
      return retrieved({ ...one, bytes: Buffer.concat([header, latin1(rows.join(''))]) })
    })
  }

  #delete(message: Message): Answer {
    this.#deleted.add(message)
    return said('+OK Marked to be deleted.')
  }

  #reset(): Answer {
    this.#deleted.clear()
    return said('+OK')
  }

  #quit(): Answer {
    this.#mailbox?.inbox.remove(this.#deleted)
    return closing(this.#mailbox ? '+OK Logging out.' : '+OK Bye.')
  }

  #uidl(message: Message): string {
    return `${this.#mailbox?.inbox.uidValidity}.${message.uid}`
  }

  #left(): readonly Message[] {
    return this.#drop.filter(message => !this.#deleted.has(message))
  }

  #with(number: string | undefined, use: (message: Message) => Answer): Answer {
    const message = /^\d{1,9}$/.test(number ?? '') ? this.#drop[Number(number) - 1] : undefined
    if (!message || this.#deleted.has(message)) return this.#error('-ERR There is no such message.')
    return use(message)
  }

  #error(text: string): Answer {
    this.#errors += 1
    return this.#errors > maxErrors ? closing(text) : said(text)
  }
}

/** RFC 1939 3: the message with each line that begins with a dot given one more. */
function retrieved(message: Message): Answer {
  const text = message.bytes.toString('latin1')
  const stuffed = text.replaceAll(/(?<=^|\r\n)\./g, '..')
  const end = text.endsWith('\r\n') ? '.\r\n' : '\r\n.\r\n'
  return { send: [`+OK ${message.bytes.length} octets\r\n`, stuffed, end] }
}

function said(text: string): Answer {
  return { send: [`${text}\r\n`] }
}

function closing(text: string): Answer {
  return { send: [`${text}\r\n`], close: true }
}

function lines(first: string, rest: readonly string[]): Answer {
  const chunks: Chunk[] = [first, ...rest, '.'].map(line => `${line}\r\n`)
  return { send: chunks }
}

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

function utf8(text: string): string {
  return latin1(text).toString('utf8')
}
