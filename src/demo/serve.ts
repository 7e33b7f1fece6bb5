import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Answer, Dialogue } from './dialogue.ts'
import { Framing } from './framing.ts'

/** Connections that one port of the demo's mail server holds at once. */
const maxConnections = 512
/** RFC 9051 5.4: at least 30 minutes. */
const idle = 1_800_000
/** How long a client may take to close after the last reply. */
const lingering = 2_000

export interface Open {
  readonly port: number
  /** Ends every connection and frees the port. */
  close(): Promise<void>
}

/** What a connection gives its dialogue. */
export interface Connection {
  readonly peer: { readonly address: string; readonly port: number }
  push(text: string): void
}

/** Listens on 127.0.0.1 and holds one dialogue a connection. Rejects if the port is taken. */
export async function serve(
  port: number,
  start: (connection: Connection) => Dialogue,
): Promise<Open> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(idle, () => socket.destroy())
    void converse(socket, start)
  })
  server.maxConnections = maxConnections
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function converse(socket: Socket, start: (connection: Connection) => Dialogue) {
  const { remoteAddress: address = '', remotePort: port = 0 } = socket
  const push = (text: string) => void (socket.writable && socket.write(text, 'latin1'))
  const dialogue = start({ peer: { address, port }, push })
  try {
    push(dialogue.greeting)
    const framing = new Framing()
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      framing.push(chunk)
      if (await answerAll(socket, dialogue, framing)) return
    }
  } catch {
    // The client dropped the connection: nobody is left to be told.
    socket.destroy()
  } finally {
    dialogue.end()
  }
}

/** Answers everything that is there; true once the dialogue has closed. */
async function answerAll(socket: Socket, dialogue: Dialogue, framing: Framing): Promise<boolean> {
  for (;;) {
    const framed = framing.next(dialogue.wants)
    if (framed.kind === 'more') return false
    const tooLong = framed.kind === 'too-long'
    const answer = tooLong ? dialogue.tooLong() : dialogue.receive(framed.input)
    await write(socket, answer)
    if (!answer.close && !tooLong) continue
    // A close with unread bytes would be a reset, which can overtake the last reply.
    socket.end()
    socket.resume()
    socket.setTimeout(lingering)
    return true
  }
}

async function write(socket: Socket, answer: Answer): Promise<void> {
  const chunks = answer.send.map(chunk =>
    typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk,
  )
  if (chunks.length === 0) return
  socket.cork()
  const flowing = chunks.map(chunk => socket.write(chunk)).at(-1)
  socket.uncork()
  if (!flowing && socket.writableNeedDrain) {
    await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}
