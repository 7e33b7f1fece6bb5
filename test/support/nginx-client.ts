/** A client that says its lines as a split wants it, and writes down what it hears. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import type { KeyPair } from './certificates.ts'

export const splits = ['line by line', 'octet by octet', 'command by command', 'at once'] as const
/** The first two wait for the reply to each line, the others pipeline. */
export type Split = (typeof splits)[number]

/** A line, to which CRLF is added unless it ends with LF; `TLS` is the handshake. */
export type Line = string

export interface Visit {
  readonly protocol: ProtocolName
  readonly port: number
  /** The address that the client comes from. */
  readonly from: string
  readonly implicitTls: boolean
  /** What the client shows in a handshake. */
  readonly keys?: KeyPair | undefined
  readonly lines: readonly Line[]
  readonly split: Split
}

/** Milliseconds without a word, after which a client goes on. */
const patience = 10_000

/** What was heard: the greeting, and what came after each line or, pipelined, each handshake. */
export async function visit(visit: Visit): Promise<readonly string[]> {
  const client = await Client.open(visit)
  const heard: string[] = [await client.until(text => isWhole(text, visit.protocol, ''))]
  const waits = visit.split === 'line by line' || visit.split === 'octet by octet'
  for (const lines of waits ? visit.lines.map(line => [line]) : pipelines(visit.lines)) {
    if (lines[0] === 'TLS') heard.push(await client.startTls(visit.keys))
    else {
      await client.say(lines.map(octets), visit.split)
      heard.push(await client.until(ended(visit, lines, waits)))
    }
    if (client.over) break
  }
  client.close()
  // Whether the end comes with the last words or behind them is the kernel's choice.
  return heard.at(-1) === 'END' ? [...heard.slice(0, -2), `${heard.at(-2)}END`] : heard
}

function octets(line: Line): string {
  return line.endsWith('\n') ? line : `${line}\r\n`
}

function pipelines(lines: readonly Line[]): readonly (readonly Line[])[] {
  const parts: Line[][] = [[]]
  for (const line of lines) {
    if (line === 'TLS') parts.push(['TLS'], [])
    else parts.at(-1)?.push(line)
  }
  return parts.filter(part => part.length > 0)
}

/** Whether all that can be expected behind `lines` is in a text. */
function ended(visit: Visit, lines: readonly Line[], waits: boolean): (text: string) => boolean {
  const last = lines.at(-1) ?? ''
  const isLast = last === visit.lines.at(-1)
  if (isLast) return text => text.endsWith(octets(last))
  if (waits) return text => isWhole(text, visit.protocol, last)
  return text => text.endsWith(upgraded[visit.protocol](last))
}

/** What STARTTLS is answered with, by the line that says it. */
const upgraded: Readonly<Record<ProtocolName, (line: Line) => string>> = {
  imap: line => `${line.split(' ', 1)[0]} OK completed\r\n`,
  pop3: () => '+OK\r\n',
  smtp: () => '220 2.0.0 Start TLS\r\n',
}

const whole: Readonly<Record<ProtocolName, RegExp>> = {
  imap: /^(\+|\* (OK|BAD|BYE)| ?BAD|[\w.-]+ (OK|NO|BAD)).*\r\n$/,
  pop3: /\r\n$/,
  smtp: /^\d{3}( .*)?\r\n$/,
}

function isWhole(text: string, protocol: ProtocolName, said: Line): boolean {
  if (/^(CAPA|AUTH)\b *$/i.test(said.trimEnd()) && protocol === 'pop3' && text.startsWith('+OK')) {
    return text.endsWith('\r\n.\r\n')
  }
  const lines = text.split('\r\n')
  return (
    text.endsWith('\r\n') && (whole[protocol].test(`${lines.at(-2)}\r\n`) || isEcho(text, said))
  )
}

function isEcho(text: string, said: Line): boolean {
  return text.endsWith(octets(said))
}

function shown(keys: KeyPair | undefined): ConnectionOptions {
  return { rejectUnauthorized: false, ...(keys && { cert: keys.certificate, key: keys.key }) }
}

class Client {
  #socket: Socket
  #held = ''
  #wake: (() => void) | undefined
  over = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.#listen(socket)
  }

  static async open({ port, from, implicitTls, keys, protocol }: Visit): Promise<Client> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true })
    await once(socket, 'connect')
    if (!implicitTls) return new Client(socket)
    const tls = connectTls({ socket, ...shown(keys), ALPNProtocols: [protocol] })
    await once(tls, 'secureConnect')
    return new Client(tls)
  }

  async say(texts: readonly string[], split: Split): Promise<void> {
    const whole = texts.join('')
    const pieces = { 'octet by octet': [...whole], 'command by command': texts }
    const cut =
      split === 'octet by octet' || split === 'command by command' ? pieces[split] : [whole]
    for (const piece of cut) {
      if (!this.#socket.writable) return
      this.#socket.write(piece, 'latin1')
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  /** What comes until `isEnough` or the end, which is written down as `END`; or until patience ends. */
  async until(isEnough: (text: string) => boolean): Promise<string> {
    let late = false
    const bell = setTimeout(() => {
      late = true
      this.#wake?.()
    }, patience)
    while (!isEnough(this.#held) && !this.over && !late) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    clearTimeout(bell)
    const text = this.#held
    this.#held = ''
    if (this.over) return `${text}END`
    return late ? `${text}(silence)` : text
  }

  async startTls(keys: KeyPair | undefined): Promise<string> {
    this.#socket.removeAllListeners('data')
    const tls = connectTls({ socket: this.#socket, ...shown(keys) })
    this.#listen(tls)
    this.#socket = tls
    const bell = setTimeout(() => tls.destroy(new Error('no handshake')), patience)
    try {
      await once(tls, 'secureConnect')
      return 'TLS'
    } catch {
      return 'no TLS'
    } finally {
      clearTimeout(bell)
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#held += chunk.toString('latin1')
      this.#wake?.()
    })
    socket.on('error', () => {})
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.over = true
        this.#wake?.()
      })
    }
  }
}
