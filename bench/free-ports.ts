import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { PortNumbers } from './ports.ts'

/** A port on 127.0.0.1 for each listener; all are held until the last is found, so that none comes twice. */
export async function freePorts(): Promise<PortNumbers> {
  const held: Server[] = []
  const next = async () => {
    const server = createServer().listen(0, '127.0.0.1')
    held.push(server)
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  try {
    return {
      imap: await next(),
      imaps: await next(),
      pop3: await next(),
      pop3s: await next(),
      smtp: await next(),
      smtps: await next(),
      apart: await next(),
      passing: await next(),
      'passing-tls': await next(),
    }
  } finally {
    await Promise.all(held.map(closed))
  }
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
