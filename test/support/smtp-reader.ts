/**
 * How an SMTP server reads what it is sent: one that keeps to the RFC, or one that is lax in any of
 * the ways that servers are. It keeps what it executed, so that the two can be compared.
 */
export interface Laxness {
  /** A bare LF, a bare CR ends a line. */
  readonly lf: boolean
  readonly cr: boolean
  /** NUL is dropped. */
  readonly nul: boolean
  /** White space before a command does not count, and NUL ends it. */
  readonly trim: boolean
  /** Octets after which a line is cut, and its rest is the next. */
  readonly cut: number
  /** CHUNKING is offered, and how large a message may be. */
  readonly chunking: boolean
  readonly size: number
}

export const strict: Laxness = {
  lf: false,
  cr: false,
  nul: false,
  trim: false,
  cut: 100_000,
  chunking: true,
  size: 1_000,
}

export class SmtpReader {
  readonly executed: string[] = []
  readonly #lax: Laxness
  #line = ''
  #afterCr = false
  #content = false
  #left = 0
  #recipients = 0
  #chunked = 0
  #replies = ''

  constructor(lax: Laxness) {
    this.#lax = lax
  }

  /** Reads `bytes` and replies. */
  read(bytes: Buffer): string {
    for (const octet of bytes.toString('latin1')) this.#octet(octet)
    const replies = this.#replies
    this.#replies = ''
    return replies
  }

  #octet(octet: string): void {
    const { lf, cr, nul, cut } = this.#lax
    const afterCr = this.#afterCr
    this.#afterCr = octet === '\r' || (nul && octet === '\0' && afterCr)
    // The LF of a CRLF that ended a line at its CR.
    if (cr && afterCr && octet === '\n') return
    if (this.#left > 0) this.#chunk()
    else if (octet === '\0' && nul) return
    else if (octet === '\r' && cr) this.#end()
    else if (octet === '\n' && afterCr) this.#end(-1)
    else if (octet === '\n' && lf) this.#end()
    else {
      this.#line += octet
      if (this.#line.length >= cut && !this.#content) this.#end()
    }
  }

  #chunk(): void {
    this.#afterCr = false
    this.#left--
    if (this.#left === 0) this.#reply('250 chunk')
  }

  #end(length?: number): void {
    const line = this.#line.slice(0, length)
    this.#line = ''
    if (!this.#content) this.#execute(line)
    else if (line === '.') {
      this.#content = false
      this.executed.push('(end of data)')
      this.#reset()
      this.#reply('250 queued')
    }
  }

  #execute(line: string): void {
    const text = this.#lax.trim ? line.replace(/^\s+/, '').replace(/\0.*$/s, '') : line
    const [verb = ''] = text.toUpperCase().split(/[\s:]/, 1)
    this.executed.push(text)
    const run = this.#commands.get(verb)
    if (run) run(text)
    else this.#reply('500 what?')
  }

  readonly #commands = new Map<string, (text: string) => void>([
    ['EHLO', () => this.#hello()],
    ['NOOP', () => this.#reply('250 ok')],
    ['QUIT', () => this.#reply('221 bye')],
    ['RSET', () => this.#anew()],
    ['MAIL', () => this.#anew()],
    ['RCPT', () => this.#recipient()],
    ['DATA', () => this.#data()],
    ['BDAT', text => this.#bdat(text)],
    ['XCLIENT', () => this.#reply('220 you are somebody else now')],
    ['STARTTLS', () => this.#reply('220 go')],
    ['AUTH', () => this.#reply('334 ')],
  ])

  #reply(text: string): void {
    this.#replies += `${text}\r\n`
  }

  #reset(): void {
    this.#recipients = 0
    this.#chunked = 0
  }

  #anew(): void {
    this.#reset()
    this.#reply('250 ok')
  }

  #recipient(): void {
    this.#recipients++
    this.#reply('250 ok')
  }

  #hello(): void {
    this.#reset()
    const offers = [
      'AUTH PLAIN',
      ...(this.#lax.chunking ? ['CHUNKING'] : []),
      'STARTTLS',
      'XCLIENT A',
    ]
    this.#reply(`250-mail.example.com`)
    for (const offer of offers) this.#reply(`250-${offer}`)
    this.#reply(`250 SIZE ${this.#lax.size}`)
  }

  #data(): void {
    this.#content = this.#recipients > 0 && this.#chunked === 0
    this.#reply(this.#content ? '354 go' : '503 no')
  }

  /** A chunk that is refused is not skipped. */
  #bdat(text: string): void {
    const [, octets = '0', last] = /^\S+\s+(\d+)(\s+LAST)?/i.exec(text) ?? []
    const { chunking, size } = this.#lax
    this.#chunked += chunking ? Number(octets) : 0
    const refusal = this.#chunked > size ? '552 no' : '502 no'
    if (chunking && this.#chunked <= size) {
      this.#left = Number(octets)
      if (this.#left === 0) this.#reply('250 chunk')
      if (last !== undefined) this.#reset()
    } else this.#reply(refusal)
  }
}
