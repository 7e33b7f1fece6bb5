import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server on which all that the server says can be heard: up to TLS 1.2 its handshake, too. */
export interface Overheard {
  readonly port: number
  said(): Buffer
  close(): Promise<void>
}

export async function overhear(port: number): Promise<Overheard> {
  const heard: Buffer[] = []
  const open = new Set<Socket>()
  const server = createServer(client => {
    const back = connect(port, '127.0.0.1')
    back.on('data', (chunk: Buffer) => heard.push(chunk))
    for (const socket of [client, back]) open.add(socket.on('error', () => {}))
    client.pipe(back).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    said: () => Buffer.concat(heard),
    close: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
