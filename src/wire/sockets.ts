import { connect, type Server, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { getSystemErrorName } from 'node:util'
import type { Connection } from './connection.ts'
import { HandleConnection } from './handle-connection.ts'
import type { Pool } from './handle-requests.ts'
import type { DiallingHandle, Handles, ListeningHandle, Request } from './handles.ts'
import type { Lender } from './lend.ts'
import { connectionIn, type Securing, type ServerTls, serveTls } from './server-tls.ts'
import { highWaterMark, StreamConnection } from './stream-connection.ts'

/**
 * How this process makes connections: on the handles of sockets, where this Node has those that are known
 * here, else on its streams.
 */
export interface Dialling {
  /** Gives the attempt up, of which `dialled` is told as of any other failure. */
  abandon(): void
}

/** Told once, and never before `dial` returns, of the connection or of an error that has libuv's `code`. */
export type Dialled = (outcome: Connection | Error) => void

const prompt = { noDelay: true }

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

  /** Dials `address:port`, with TCP_NODELAY unless it is told. The caller sets the deadline and abandons. */
  dial(address: string, port: number, dialled: Dialled, { noDelay } = prompt): Dialling {
    return this.#pool
      ? new HandleDialling(this.#pool, address, port, dialled, noDelay)
      : dialStream(address, port, dialled, noDelay)
  }

  /** Dials with nobody to give it up. Rejects with an error that has libuv's `code`. */
  connect(address: string, port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.dial(address, port, outcome => {
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome)
      })
    })
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

class HandleDialling implements Dialling {
  readonly #pool: Pool
  readonly #handle: DiallingHandle
  readonly #dialled: Dialled

  constructor(pool: Pool, address: string, port: number, dialled: Dialled, noDelay: boolean) {
    const handle = pool.handles.newSocket()
    this.#pool = pool
    this.#handle = handle
    this.#dialled = dialled
    const request: ConnectRequest = pool.handles.newConnect()
    request.by = this
    request.oncomplete = onConnected
    if (noDelay) handle.setNoDelay?.(true)
    const error = address.includes(':')
      ? handle.connect6(request, address, port)
      : handle.connect(request, address, port)
    if (error !== 0) process.nextTick(() => this.done(error))
  }

  done(status: number): void {
    if (status === 0) {
      this.#dialled(new HandleConnection(this.#handle, this.#pool))
      return
    }
    this.#handle.close()
    this.#dialled(errorOf(status, 'connect'))
  }

  abandon(): void {
    this.#handle.close()
  }
}

interface ConnectRequest extends Request {
  by?: HandleDialling
}

function onConnected(this: ConnectRequest, status: number): void {
  this.by?.done(status)
}

function dialStream(address: string, port: number, dialled: Dialled, noDelay: boolean): Dialling {
  const socket = connect({
    ...{ host: address, port, noDelay, allowHalfOpen: true },
    ...{ highWaterMark },
  })
  return onceReady(socket, 'connect', dialled)
}

/** A stream that has begun to connect, and says `ready` once it has. */
export function onceReady(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  dialled: Dialled,
): Dialling {
  const closed = () => failed(new Error('closed'))
  const failed = (error: Error) => {
    socket.off('close', closed)
    dialled(error)
  }
  socket.once('error', failed).once('close', closed)
  socket.once(ready, () => {
    socket.off('error', failed).off('close', closed)
    dialled(new StreamConnection(socket))
  })
  return { abandon: () => socket.destroy() }
}

function errorOf(status: number, what: string): Error {
  const code = getSystemErrorName(status)
  return Object.assign(new Error(`${what} ${code}`), { code })
}

function isListening(handle: unknown): handle is ListeningHandle {
  return typeof handle === 'object' && handle !== null && 'onconnection' in handle
}
