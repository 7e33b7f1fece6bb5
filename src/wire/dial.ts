import { connect, type Socket } from 'node:net'
import type { Lease, Lender } from './lend.ts'
import { leastHold } from './splice.ts'
import { Wire } from './wire.ts'

/**
 * Connections to backends. Node lets a socket that dials read into a buffer of ours (`onread`), at
 * less than half the cost a byte of its own chunks; which buffer, and who takes what was read,
 * changes when the login is over.
 */

/** A dialled connection. `lease` says where its socket reads to, until a TLS handshake ends that. */
export interface Dialled {
  readonly wire: Wire
  readonly lease: Lease | undefined
}

export interface Dialling {
  readonly connected: Promise<Dialled>
  /** Gives the attempt up. */
  readonly abandon: () => void
}

/** Dials `address:port`; rejects with Node's error. The caller sets the deadline and abandons. */
export function dial(to: {
  readonly address: string
  readonly port: number
  readonly lender: Lender
}): Dialling {
  let wire: Wire | undefined
  const lease: Lease = {
    buffer: to.lender.shared,
    take: chunk => {
      // Before the relay, what is read is little and must outlive the buffer.
      wire?.feed(Buffer.from(chunk))
      return true
    },
  }
  const socket: Socket = connect({
    host: to.address,
    port: to.port,
    noDelay: true,
    allowHalfOpen: true,
    onread: {
      buffer: () => lease.buffer,
      callback: (count: number, buffer: Uint8Array) =>
        lease.take(Buffer.from(buffer.buffer, buffer.byteOffset, count)),
    },
    ...{ writableHighWaterMark: leastHold },
  })
  const connected = new Promise<Dialled>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      wire = new Wire(socket, 'sink')
      resolve({ wire, lease })
    })
  })
  return {
    connected,
    abandon: () => {
      socket.destroy(new Error('the attempt was given up'))
    },
  }
}
