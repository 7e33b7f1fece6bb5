import type { Answer, Dialogue, Surroundings, Want } from '../dialogue.ts'
import { maxErrors, maxMessage } from '../dialogue.ts'
import { decodeBase64, parsePlain } from '../sasl.ts'
import { Body } from './body.ts'
import { parsePath } from './path.ts'
import { received } from './received.ts'
import { attributes, parseXclient, printable, type Told } from './xclient.ts'

/** RFC 5321 4.5.3.1.4 allows 512 octets; RFC 4954 4 wants 12,288 for AUTH. */
const maxLine = 12_288
/** A line of content that is longer than this is refused: 1 MiB. */
const maxContentLine = 1_048_576
const maxRecipients = 100

/** `mx` takes mail for its own mailboxes from anyone; `submission` wants a login first. */
export type Role = 'mx' | 'submission'

const extensions = ['PIPELINING', `SIZE ${maxMessage}`, '8BITMIME', 'SMTPUTF8']
const parameters = new Set(['SIZE', 'BODY', 'SMTPUTF8', 'RET', 'ENVID', 'AUTH', 'NOTIFY', 'ORCPT'])

/** What the next line is. */
type Phase =
  | { readonly kind: 'command' }
  | { readonly kind: 'plain' }
  | { readonly kind: 'user' }
  | { readonly kind: 'password'; readonly user: string }
  | { readonly kind: 'content'; readonly body: Body }

const command: Phase = { kind: 'command' }

/** SMTP (RFC 5321, 4954, 3461) with XCLIENT as Postfix speaks it. */
export class SmtpDialogue implements Dialogue {
  readonly #around: Surroundings
  readonly #role: Role
  readonly #newId: () => string
  #phase: Phase = command
  #errors = 0
  /** What XCLIENT told; `undefined`: nobody spoke it. */
  #told: Told | undefined
  #greeted: { readonly helo: string; readonly extended: boolean } | undefined
  #login: string | undefined
  #sender: string | undefined
  #recipients: readonly string[] = []

  constructor(around: Surroundings, role: Role, newId: () => string) {
    this.#around = around
    this.#role = role
    this.#newId = newId
  }

  get greeting(): string {
    return `220 ${this.#around.host} ESMTP Postern demo\r\n`
  }

  get wants(): Want {
    const content = this.#phase.kind === 'content'
    return content
      ? { kind: 'raw-line', atMost: maxContentLine }
      : { kind: 'line', atMost: maxLine }
  }

  receive(input: Buffer): Answer {
    const phase = this.#phase
    if (phase.kind === 'content') return this.#content(phase.body, input)
    const line = input.toString('latin1')
    if (phase.kind !== 'command') return this.#response(phase, line)
    const [, verb = '', rest = ''] = /^(\S*) *(.*)$/s.exec(line) ?? []
    const run = this.#commands.get(verb.toUpperCase())
    return run ? run(rest) : this.#error('500 5.5.2 Error: command not recognized')
  }

  tooLong(): Answer {
    return closing('500 5.5.2 Error: line too long')
  }

  end(): void {
    this.#forget()
    this.#phase = command
  }

  readonly #commands: ReadonlyMap<string, (rest: string) => Answer> = new Map([
    ['EHLO', (rest: string) => this.#ehlo(rest)],
    ['HELO', (rest: string) => this.#helo(rest)],
    ['XCLIENT', (rest: string) => this.#xclient(rest)],
    ['AUTH', (rest: string) => this.#auth(rest)],
    ['MAIL', (rest: string) => this.#mail(rest)],
    ['RCPT', (rest: string) => this.#rcpt(rest)],
    ['DATA', () => this.#data()],
    ['RSET', () => this.#rset()],
    ['NOOP', () => said('250 2.0.0 Ok')],
    ['VRFY', () => said('252 2.0.0 Send some mail and see')],
    ['QUIT', () => closing('221 2.0.0 Bye')],
  ])

  #ehlo(name: string): Answer {
    if (name === '') return this.#error('501 Syntax: EHLO hostname')
    this.#greet(name, true)
    const mechanisms = this.#role === 'submission' ? ['AUTH PLAIN LOGIN'] : []
    const xclient = this.#told ? [] : [`XCLIENT ${attributes.join(' ')}`]
    const offered = [...extensions, ...mechanisms, ...xclient, 'ENHANCEDSTATUSCODES', 'DSN']
    const rows = offered.map((row, at) => `250${at + 1 < offered.length ? '-' : ' '}${row}\r\n`)
    return { send: [`250-${this.#around.host}\r\n`, ...rows] }
  }

  #helo(name: string): Answer {
    if (name === '') return this.#error('501 Syntax: HELO hostname')
    this.#greet(name, false)
    return said(`250 ${this.#around.host}`)
  }

  #greet(helo: string, extended: boolean): void {
    this.#forget()
    this.#greeted = { helo, extended }
  }

  #xclient(rest: string): Answer {
    if (this.#told) return this.#error('550 5.7.0 Error: insufficient authorization')
    if (this.#sender !== undefined)
      return this.#error('503 5.5.1 Error: MAIL transaction in progress')
    const parsed = parseXclient(rest.split(' ').filter(word => word !== ''))
    if (parsed.kind === 'invalid') return this.#error(`501 5.5.4 ${parsed.reason}`)
    this.#told = parsed.told
    this.#login = parsed.told.LOGIN
    this.#greeted = undefined
    return { send: [this.greeting] }
  }

  #auth(rest: string): Answer {
    if (this.#role !== 'submission')
      return this.#error('503 5.5.1 Error: authentication not enabled')
    if (this.#login !== undefined) return this.#error('503 5.5.1 Error: already authenticated')
    if (this.#sender !== undefined)
      return this.#error('503 5.5.1 Error: MAIL transaction in progress')
    const [mechanism = '', response] = rest.split(' ')
    const phase = phases.get(mechanism.toUpperCase())
    if (!phase) return this.#error('535 5.7.8 Error: authentication failed: no such mechanism')
    if (response !== undefined) return this.#response(phase, response)
    this.#phase = phase
    return said(`334 ${phase.kind === 'user' ? base64('Username:') : ''}`)
  }

  #response(phase: Exclude<Phase, { kind: 'command' | 'content' }>, line: string): Answer {
    this.#phase = command
    if (line === '*') return this.#error('501 5.7.0 Authentication aborted')
    if (phase.kind === 'plain') {
      const credentials = parsePlain(line)
      if (!credentials) return this.#error('535 5.7.8 Error: authentication failed: bad response')
      return this.#judge(credentials.user, credentials.password)
    }
    const text = decodeBase64(line)?.toString('utf8')
    if (text === undefined) return this.#error('535 5.7.8 Error: authentication failed: not base64')
    if (phase.kind === 'password') return this.#judge(phase.user, text)
    this.#phase = { kind: 'password', user: text }
    return said(`334 ${base64('Password:')}`)
  }

  #judge(user: string, password: string): Answer {
    const mailbox = this.#around.login(user, password)
    if (!mailbox) return this.#error('535 5.7.8 Error: authentication failed')
    this.#login = mailbox.user
    return said('235 2.7.0 Authentication successful')
  }

  #mail(rest: string): Answer {
    if (!this.#greeted) return this.#error('503 5.5.1 Error: send HELO/EHLO first')
    if (this.#role === 'submission' && this.#login === undefined) {
      return this.#error('530 5.7.0 Authentication required')
    }
    if (this.#sender !== undefined) return this.#error('503 5.5.1 Error: nested MAIL command')
    const path = parsePath('FROM', rest)
    if (path.kind === 'invalid') return this.#error('501 5.5.4 Syntax: MAIL FROM:<address>')
    const unknown = unknownParameter(path.parameters)
    if (unknown) return this.#error(unknown)
    if (Number(path.parameters.get('SIZE') ?? 0) > maxMessage) return said(tooLarge)
    this.#sender = path.address
    return said('250 2.1.0 Ok')
  }

  #rcpt(rest: string): Answer {
    if (this.#sender === undefined) return this.#error('503 5.5.1 Error: need MAIL command')
    const path = parsePath('TO', rest)
    if (path.kind === 'invalid') return this.#error('501 5.5.4 Syntax: RCPT TO:<address>')
    const unknown = unknownParameter(path.parameters)
    if (unknown) return this.#error(unknown)
    if (this.#recipients.length >= maxRecipients)
      return said('452 4.5.3 Error: too many recipients')
    if (!this.#around.mailbox(path.address)) {
      return this.#error('550 5.1.1 Recipient address rejected: no such mailbox in the demo')
    }
    this.#recipients = [...this.#recipients, path.address]
    return said('250 2.1.5 Ok')
  }

  #data(): Answer {
    if (this.#sender === undefined) return this.#error('503 5.5.1 Error: need MAIL command')
    if (this.#recipients.length === 0) return this.#error('554 5.5.1 Error: no valid recipients')
    this.#phase = { kind: 'content', body: new Body(maxMessage) }
    return said('354 End data with <CR><LF>.<CR><LF>')
  }

  #content(body: Body, line: Buffer): Answer {
    if (!body.push(line)) return { send: [] }
    this.#phase = command
    const answer = body.tooLarge ? tooLarge : `250 2.0.0 Ok: queued as ${this.#deliver(body)}`
    this.#forget()
    return said(answer)
  }

  #deliver(body: Body): string {
    const id = this.#newId()
    const at = this.#around.now()
    for (const recipient of this.#recipients) {
      const head = `Return-Path: <${printable(this.#sender ?? '')}>\r\n${this.#received(recipient, id, at)}`
      const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body.bytes()])
      this.#around.mailbox(recipient)?.inbox.append(bytes, at)
    }
    return id
  }

  #received(recipient: string, id: string, at: Date): string {
    const { peer, host } = this.#around
    return received({
      helo: this.#greeted?.helo ?? this.#told?.HELO ?? 'unknown',
      name: this.#told?.NAME ?? 'unknown',
      address: this.#told?.ADDR ?? peer.address,
      login: this.#login,
      host,
      protocol: `${this.#greeted?.extended ? 'ESMTP' : 'SMTP'}${this.#login === undefined ? '' : 'A'}`,
      id,
      recipient,
      at,
    })
  }

  #rset(): Answer {
    this.#forget()
    return said('250 2.0.0 Ok')
  }

  #forget(): void {
    this.#sender = undefined
    this.#recipients = []
  }

  #error(text: string): Answer {
    this.#errors += 1
    return this.#errors > maxErrors ? closing('421 4.7.0 Error: too many errors') : said(text)
  }
}

const phases: ReadonlyMap<
  string,
  Exclude<Phase, { kind: 'command' | 'content' | 'password' }>
> = new Map([
  ['PLAIN', { kind: 'plain' } as const],
  ['LOGIN', { kind: 'user' } as const],
])

const tooLarge = '552 5.3.4 Error: message exceeds the size limit'

function unknownParameter(given: ReadonlyMap<string, string>): string | undefined {
  const known = [...given.keys()].every(name => parameters.has(name))
  return known ? undefined : '555 5.5.4 Unsupported option'
}

function said(text: string): Answer {
  return { send: [`${text}\r\n`] }
}

function closing(text: string): Answer {
  return { send: [`${text}\r\n`], close: true }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
