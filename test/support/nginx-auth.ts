/**
 * An auth server that is octets in and octets out: what each client's proxy asked is kept as it came,
 * and what is answered need not be HTTP. Clients are told apart by their address, `Client-IP`.
 */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** What is answered, `{port}` in it being the backend's; or what is done instead. */
export type Answer =
  | {
      readonly say: string
      readonly octetByOctet?: true
      /** Not before this is kept. */
      readonly when?: Promise<unknown>
    }
  | { readonly do: 'nothing' | 'close' | 'reset' }

/** What one client's proxy is answered, one after the other; the last for all that follow. */
export interface Judge {
  readonly answers: readonly Answer[]
  readonly port: number
}

export interface RawAuthServer {
  readonly port: number
  /** From now on `client` is judged so. The questions about it are added to what is returned. */
  judge(client: string, judge: Judge): readonly string[]
  close(): Promise<void>
}

export async function startRawAuthServer(): Promise<RawAuthServer> {
  const judges = new Map<string, Judge & { readonly asked: string[] }>()
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    let question = ''
    socket.on('data', chunk => {
      question += chunk.toString('latin1')
      if (!question.endsWith('\r\n\r\n')) return
      const judge = judges.get(/^Client-IP: (.*)\r$/m.exec(question)?.[1] ?? '')
      if (!judge) return void socket.destroy()
      const answer = judge.answers[Math.min(judge.asked.length, judge.answers.length - 1)]
      judge.asked.push(question)
      void respond(socket, answer ?? { do: 'close' }, judge.port)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    judge: (client, judge) => {
      const asked: string[] = []
      judges.set(client, { ...judge, asked })
      return asked
    },
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

async function respond(socket: Socket, answer: Answer, port: number): Promise<void> {
  if ('do' in answer) {
    if (answer.do === 'close') socket.end()
    if (answer.do === 'reset') socket.resetAndDestroy()
    return
  }
  const text = answer.say.replaceAll('{port}', `${port}`)
  await answer.when
  if (!socket.writable) return
  if (!answer.octetByOctet) return void socket.end(text, 'latin1')
  for (const octet of text) {
    if (!socket.writable) return
    socket.write(octet, 'latin1')
    await new Promise(resolve => setImmediate(resolve))
  }
  socket.end()
}

/** An answer with a status line and these headers. */
export function headers(...lines: readonly string[]): Answer {
  return { say: ['HTTP/1.0 200 OK', ...lines, '', ''].join('\r\n') }
}
