import { connect, type Server, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { getSystemErrorName } from 'node:util'
import type { Connection } from './connection.ts'
import { HandleConnection } from './handle-connection.ts'
import type { Pool } from './handle-requests.ts'
import type { Handles, ListeningHandle } from './handles.ts'
import type { Lender } from './lend.ts'
import { connectionIn, type Securing, type ServerTls, serveTls } from './server-tls.ts'
import { highWaterMark, StreamConnection } from './stream-connection.ts'

/**
 * How this process makes connections: on the handles of sockets, where this Node has those that are known
 * here, else on its streams.
 */
export interface Dialling {
  /** Rejects with an error that has libuv's `code`. */
  readonly connected: Promise<Connection>
  /** Gives the attempt up. */
  readonly abandon: () => void
}

export class Sockets {
  readonly #pool: Pool | undefined

  /** `handles` as `loadHandles` gives them. */
  constructor(lender: Lender, handles: Handles | undefined) {
    this.#pool = handles && { lender, handles, spare: undefined }
  }

  /**
   * Has each connection to `server`, which listens, given to `accepted`; `failed` is told of what the
   * kernel could not accept. The server's own `connection` event is for nobody else.
   */
  accept(
    server: Server,
    accepted: (connection: Connection) => void,
    failed: (error: Error) => void,
  ): void {
    const pool = this.#pool
    const handle: unknown = Reflect.get(server, '_handle')
    if (!pool || !isListening(handle)) {
      server.on('connection', socket => accepted(new StreamConnection(socket)))
      return
    }
    // The kernel gives what it accepts the option of the socket that listens.
    handle.setNoDelay?.(true)
    handle.onconnection = (status, client) => {
      if (status !== 0 || client === undefined) failed(errorOf(status, 'accept'))
      else accepted(new HandleConnection(client, pool))
    }
  }

  /** Dials `address:port`. The caller sets the deadline and abandons. */
  dial(address: string, port: number): Dialling {
    return this.#pool ? dialHandle(this.#pool, address, port) : dialStream(address, port)
  }

  /** Does the server's half of a TLS handshake on `connection`, of which `rest` was read already. */
  serveTls(connection: Connection, rest: Buffer, wanted: ServerTls): Securing {
    return serveTls(connection, rest, wanted, this.#pool)
  }

  /** The connection inside a TLS socket whose handshake has just ended. */
  secured(tls: TLSSocket): Connection {
    return connectionIn(tls, this.#pool)
  }
}

function dialHandle(pool: Pool, address: string, port: number): Dialling {
  const handle = pool.handles.newSocket()
  const { promise, resolve, reject } = Promise.withResolvers<Connection>()
  const request = pool.handles.newConnect()
  request.oncomplete = (status: number) => {
    if (status === 0) resolve(new HandleConnection(handle, pool))
    else {
      handle.close()
      reject(errorOf(status, 'connect'))
    }
  }
  handle.setNoDelay?.(true)
  const error = address.includes(':')
    ? handle.connect6(request, address, port)
    : handle.connect(request, address, port)
  if (error !== 0) request.oncomplete(error)
  return { connected: promise, abandon: () => handle.close() }
}

function dialStream(address: string, port: number): Dialling {
  const socket = connect({
    ...{ host: address, port, noDelay: true, allowHalfOpen: true },
    ...{ highWaterMark },
  })
  return onceReady(socket, 'connect')
}

/** A stream that has begun to connect, and says `ready` once it has. */
export function onceReady(socket: Socket, ready: 'connect' | 'secureConnect'): Dialling {
  const { promise, resolve, reject } = Promise.withResolvers<Connection>()
  const closed = () => reject(new Error('closed'))
  socket.once('error', reject).once('close', closed)
  socket.once(ready, () => {
    socket.off('error', reject).off('close', closed)
    resolve(new StreamConnection(socket))
  })
  return { connected: promise, abandon: () => socket.destroy() }
}

function errorOf(status: number, what: string): Error {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`${what} ${code}`), { code })
}

function isListening(handle: unknown): handle is ListeningHandle {
  return typeof handle === 'object' && handle !== null && 'onconnection' in handle
}
