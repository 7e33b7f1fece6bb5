import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { MailClient } from './mail-client.ts'

/** A client in the middle of its TLS handshake: half of its ClientHello has left. */
export interface HalfHello {
  /** Sends the rest; the client inside of TLS. */
  finish(): Promise<MailClient>
}

export async function halfHello(socket: Socket): Promise<HalfHello> {
  socket.removeAllListeners('data')
  let rest: (() => void) | undefined
  let left = false
  const passage = new Duplex({
    read() {},
    write(octets: Buffer, _, done) {
      if (left) {
        socket.write(octets, done)
        return
      }
      left = true
      const half = octets.length >> 1
      socket.write(octets.subarray(0, half))
      rest = () => socket.write(octets.subarray(half), done)
      passage.emit('half')
    },
  })
  socket.on('data', octets => passage.push(octets))
  for (const event of ['end', 'close']) socket.on(event, () => passage.push(null))
  const half = once(passage, 'half')
  const tls = connect({ socket: passage, rejectUnauthorized: false })
  tls.on('error', () => {})
  await half
  return {
    finish: async () => {
      const secure = once(tls, 'secureConnect')
      rest?.()
      await secure
      return new MailClient(tls)
    },
  }
}
