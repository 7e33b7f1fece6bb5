/**
 * A backend that answers each command by a rule, whichever commands the proxy chooses to say, and
 * keeps every octet that it is told. What is no command of the login is echoed, in SMTP as a reply.
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { ProtocolName } from '../../src/words/protocol-name.ts'

/**
 * By the word of what is answered: `greeting`, a verb, or, for the literals of an IMAP login, `user`
 * and `password`. `{tag}` is IMAP's; lines are parted by CRLF, the last gets its own.
 */
export type Manners = Readonly<Record<string, string>>

/** In place of words. */
export const closes = '(closes)'
export const silent = '(silent)'

export interface RecordingBackend {
  readonly port: number
  /** All that was said to it, over all connections, each of which begins with `(connected)`. */
  heard(): string
  close(): Promise<void>
}

const usual: Readonly<Record<ProtocolName, Manners>> = {
  imap: {
    greeting: '* OK backend ready',
    LOGIN: '+ go on',
    user: '+ go on',
    password: '{tag} OK logged in',
  },
  pop3: {
    greeting: '+OK backend ready',
    USER: '+OK',
    PASS: '+OK logged in',
    AUTH: '+OK logged in',
  },
  smtp: {
    greeting: '220 backend ESMTP',
    HELO: '250 backend',
    EHLO: '250-backend\r\n250 8BITMIME',
    XCLIENT: '220 backend ESMTP',
    AUTH: '235 2.7.0 Authentication successful',
    MAIL: '250 2.1.0 Ok',
    RCPT: '250 2.1.5 Ok',
  },
}

export async function startRecordingBackend(
  protocol: ProtocolName,
  own: Manners,
): Promise<RecordingBackend> {
  const manners: Manners = { ...usual[protocol], ...own }
  const sockets = new Set<Socket>()
  let heard = ''
  const server = createServer({ noDelay: true, allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    heard += '(connected)\r\n'
    const name = protocol === 'imap' ? imapNames() : verb
    let held = ''
    let queue = act(socket, manners['greeting'] ?? '', '')
    socket.on('data', chunk => {
      heard += chunk.toString('latin1')
      held += chunk.toString('latin1')
      for (let end = held.indexOf('\r\n'); end >= 0; end = held.indexOf('\r\n')) {
        const line = held.slice(0, end)
        held = held.slice(end + 2)
        if (line.startsWith('PROXY ')) continue
        const { word, tag } = name(line)
        const reply = manners[word]
        // A literal that waits for nobody is not answered (RFC 7888).
        if (protocol === 'imap' && line.endsWith('+}')) continue
        queue = queue.then(() => act(socket, reply ?? echo(protocol, line), tag))
      }
    })
    socket.on('end', () => socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard: () => heard,
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

function echo(protocol: ProtocolName, line: string): string {
  if (protocol !== 'smtp') return line
  return `${line === 'QUIT' ? '221' : '250'} 2.0.0 ${line}`
}

interface Named {
  readonly word: string
  readonly tag: string
}

function verb(line: string): Named {
  return { word: line.split(' ', 1)[0]?.toUpperCase() ?? '', tag: '' }
}

/** The lines of an IMAP login have no verb but the first. */
function imapNames(): (line: string) => Named {
  let tag = ''
  let lines = 0
  return line => {
    lines++
    if (lines === 1) tag = line.split(' ', 1)[0] ?? ''
    return { word: ['', 'LOGIN', 'user', 'password'][lines] ?? '', tag }
  }
}

async function act(socket: Socket, reply: string, tag: string): Promise<void> {
  if (reply === silent || !socket.writable) return
  if (reply === closes) return void socket.end()
  socket.write(`${reply.replaceAll('{tag}', tag)}\r\n`, 'latin1')
}
