import { createServer, type Server, type Socket } from 'node:net'
import type { Listen } from '../config/config.ts'
import { keepAliveDelay } from '../wire/dial.ts'
import { leastHold } from '../wire/splice.ts'
import type { Runtime } from './runtime.ts'
import { Session } from './session.ts'
import type { Shared } from './shared.ts'

/** Connections that the kernel holds until they are accepted; nginx's default. */
const backlog = 511

/** One listening socket. What it serves is replaced by a new configuration without closing it. */
export class Listener {
  readonly #server: Server
  #listen: Listen
  #runtime: Runtime

  private constructor(server: Server, listen: Listen, runtime: Runtime) {
    this.#server = server
    this.#listen = listen
    this.#runtime = runtime
  }

  get listen(): Listen {
    return this.#listen
  }

  get runtime(): Runtime {
    return this.#runtime
  }

  /** Resolves once it accepts; rejects with Node's error, `EADDRINUSE` for one. */
  static open(listen: Listen, runtime: Runtime, shared: Shared): Promise<Listener> {
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveDelay,
      highWaterMark: leastHold,
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: listen.address, port: listen.port, backlog, ipv6Only: true }, () => {
        const listener = new Listener(server, listen, runtime)
        server.off('error', reject)
        server.on('error', error =>
          shared.log.error('accept failed', { error, listener: listen.name }),
        )
        server.on('connection', socket => listener.#accept(socket, shared))
        resolve(listener)
      })
    })
  }

  /** What the next connections get. */
  serve(listen: Listen, runtime: Runtime): void {
    this.#listen = listen
    this.#runtime = runtime
  }

  /** Accepts no more; sessions go on. */
  close(): Promise<void> {
    return new Promise(resolve => {
      // The callback waits for every connection, but the port is free once the handle is closed.
      this.#server.close()
      setImmediate(resolve)
    })
  }

  #accept(socket: Socket, shared: Shared): void {
    const { protocol } = this.#runtime
    const labels = { protocol: protocol.name, listener: this.#listen.name }
    shared.metrics.counter('connections_accepted_total', labels).value++
    // A client that is gone already has no address.
    if (socket.remoteAddress === undefined) {
      socket.destroy()
      return
    }
    const active = shared.metrics.gauge('connections_active', labels)
    active.value++
    void new Session(socket, this.#listen, this.#runtime, shared).run(() => {
      active.value--
    })
  }
}
