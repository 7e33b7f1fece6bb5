import type { Answer, Chunk, Dialogue, Surroundings, Want } from '../dialogue.ts'
import { maxErrors } from '../dialogue.ts'
import { parsePlain } from '../sasl.ts'
import type { Mailbox } from '../store.ts'
import { Collector } from './collector.ts'
import { commands } from './commands.ts'
import { parseIdentity } from './identity.ts'
import { type Argument, parseCommand, textOf, utf8Of } from './parse.ts'
import { bad, no, ok, type Result } from './result.ts'
import type { Selected } from './selected.ts'

const maxLine = 8_192

const offered = 'IMAP4rev1 LITERAL+ SASL-IR ID IDLE'

type Phase =
  | { readonly kind: 'command' }
  | { readonly kind: 'literal'; readonly octets: number }
  | { readonly kind: 'plain'; readonly tag: string }
  | { readonly kind: 'idle'; readonly tag: string; readonly stop: () => void }

/** IMAP4rev1 (RFC 3501, 4959, 7888, 2971, 2177), believing its fronts as Dovecot believes trusted ones. */
export class ImapDialogue implements Dialogue {
  readonly #around: Surroundings
  readonly #collector = new Collector()
  #phase: Phase = { kind: 'command' }
  #errors = 0
  /** Only the first ID that names the client counts. */
  #client: string | undefined
  #mailbox: Mailbox | undefined
  #selected: Selected | undefined

  constructor(around: Surroundings) {
    this.#around = around
  }

  get greeting(): string {
    return `* OK [CAPABILITY ${offered} AUTH=PLAIN] ${this.#around.host} ready.\r\n`
  }

  get wants(): Want {
    const phase = this.#phase
    if (phase.kind === 'literal') return { kind: 'octets', count: phase.octets }
    return { kind: 'line', atMost: maxLine }
  }

  receive(input: Buffer): Answer {
    const phase = this.#phase
    switch (phase.kind) {
      case 'literal':
        this.#phase = { kind: 'command' }
        this.#collector.literal(input)
        return { send: [] }
      case 'plain':
        this.#phase = { kind: 'command' }
        return this.#answer(phase.tag, this.#plain(input.toString('latin1')))
      case 'idle':
        this.#stopIdle(phase.stop)
        return this.#answer(
          phase.tag,
          /^done$/i.test(input.toString()) ? ok('Idle completed.') : bad('Expected DONE.'),
        )
      case 'command':
        return this.#line(input)
    }
  }

  tooLong(): Answer {
    return { send: ['* BYE Too long line.\r\n'], close: true }
  }

  end(): void {
    if (this.#phase.kind === 'idle') this.#stopIdle(this.#phase.stop)
    this.#collector.clear()
    this.#selected = undefined
    this.#mailbox = undefined
  }

  #line(input: Buffer): Answer {
    const collected = this.#collector.line(input, this.#mailbox !== undefined)
    switch (collected.kind) {
      case 'literal':
        this.#phase = { kind: 'literal', octets: collected.octets }
        return { send: collected.ask ? ['+ OK\r\n'] : [] }
      case 'too-large':
        return collected.underway
          ? { send: ['* BYE Too large literal.\r\n'], close: true }
          : this.#answer(collected.tag, no('[TOOBIG] Too large literal.'))
      case 'whole':
        return this.#command(collected.texts, collected.literals)
    }
  }

  #command(texts: readonly Buffer[], literals: readonly Buffer[]): Answer {
    const parsed = parseCommand(texts, literals)
    if (parsed.kind === 'invalid') return this.#answer(parsed.tag, bad(`Error: ${parsed.reason}.`))
    const { tag, name, args } = parsed
    if (name === 'LOGOUT') {
      return { send: [`* BYE Logging out\r\n${tag} OK Logout completed.\r\n`], close: true }
    }
    if (name === 'IDLE' && this.#mailbox) return this.#idle(tag)
    if (name === 'AUTHENTICATE' && !this.#mailbox) return this.#authenticate(tag, args)
    return this.#answer(tag, this.#run(name, args))
  }

  #run(name: string, args: readonly Argument[]): Result {
    const own = this.#own.get(name)
    if (own) return own(args)
    const mailbox = this.#mailbox
    const run = mailbox && commands.get(name)
    if (!run) return bad('Unknown command, or not allowed now.')
    const selected = this.#selected
    const result = run({ mailbox, selected, name, args, now: this.#around.now() })
    // RFC 3501 7.4.1: no EXPUNGE while FETCH, STORE or SEARCH count messages by number.
    const quiet = name === 'FETCH' || name === 'STORE' || name === 'SEARCH'
    if (result.select !== undefined) this.#selected = result.select ?? undefined
    const news = quiet || this.#selected !== selected ? '' : (this.#selected?.sync() ?? '')
    return { ...result, untagged: [...result.untagged, news] }
  }

  /** Commands that touch what the dialogue itself knows. */
  readonly #own: ReadonlyMap<string, (args: readonly Argument[]) => Result> = new Map([
    ['CAPABILITY', () => ok('Capability completed.', `* CAPABILITY ${this.#capabilities()}\r\n`)],
    ['ID', (args: readonly Argument[]) => this.#identify(args[0])],
    [
      'LOGIN',
      ([user, password]: readonly Argument[]) => this.#login(utf8Of(user), utf8Of(password)),
    ],
  ])

  #identify(argument: Argument | undefined): Result {
    const identity = parseIdentity(argument)
    if (identity.kind === 'invalid') return bad('Invalid ID parameters')
    const own = '* ID ("name" "Postern demo")\r\n'
    if (this.#mailbox) return ok('ID completed.', own)
    this.#client ??= identity.pairs.get('x-originating-ip')
    return ok('Trusted ID completed.', own)
  }

  #authenticate(tag: string, [mechanism, response]: readonly Argument[]): Answer {
    if (textOf(mechanism)?.toUpperCase() !== 'PLAIN') {
      return this.#answer(tag, no('Unsupported authentication mechanism.'))
    }
    const initial = textOf(response)
    if (initial !== undefined) return this.#answer(tag, this.#plain(initial))
    this.#phase = { kind: 'plain', tag }
    return { send: ['+ \r\n'] }
  }

  #plain(response: string): Result {
    if (response === '*') return bad('Authentication cancelled.')
    const credentials = parsePlain(response)
    if (!credentials) return no('[AUTHENTICATIONFAILED] Invalid response.')
    return this.#login(credentials.user, credentials.password)
  }

  #login(user: string | undefined, password: string | undefined): Result {
    if (this.#mailbox) return bad('Already logged in.')
    if (user === undefined || password === undefined) return bad('Invalid arguments.')
    this.#mailbox = this.#around.login(user, password)
    if (!this.#mailbox) return no('[AUTHENTICATIONFAILED] Authentication failed.')
    const client = this.#client ?? this.#around.peer.address
    return ok(`[CAPABILITY ${offered}] Logged in at ${this.#around.host}, client ${client}.`)
  }

  #idle(tag: string): Answer {
    const selected = this.#selected
    const tell = () => {
      const news = selected?.sync() ?? ''
      if (news !== '') this.#around.push(news)
    }
    this.#phase = { kind: 'idle', tag, stop: selected?.folder.watch(tell) ?? (() => undefined) }
    return { send: ['+ idling\r\n', selected?.sync() ?? ''] }
  }

  #stopIdle(stop: () => void): void {
    stop()
    this.#phase = { kind: 'command' }
  }

  #capabilities(): string {
    return this.#mailbox ? offered : `${offered} AUTH=PLAIN`
  }

  #answer(tag: string, { untagged, status, text }: Result): Answer {
    if (status !== 'OK') this.#errors += 1
    const send: readonly Chunk[] = [...untagged, `${tag} ${status} ${text}\r\n`]
    if (this.#errors <= maxErrors) return { send }
    return { send: [...send, '* BYE Too many errors.\r\n'], close: true }
  }
}
