import { createServer, type Server, type Socket } from 'node:net'
import type { KeepAlive, Listen } from '../config/config.ts'
import { keepAliveDelay, leastHold } from '../wire/splice.ts'
import type { Runtime } from './runtime.ts'
import { Session } from './session.ts'
import type { Shared } from './shared.ts'
import { clearStale, placeOf, unixPath } from './socket-place.ts'

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
  static async open(listen: Listen, runtime: Runtime, shared: Shared): Promise<Listener> {
    const path = unixPath(listen)
    if (path !== undefined) await clearStale(path)
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      highWaterMark: leastHold,
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(placeOf(listen), () => {
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
    const { keepAlive } = this.#listen
    if (keepAlive) probe(socket, keepAlive)
    const { protocol } = this.#runtime
    const labels = { protocol: protocol.name, listener: this.#listen.name }
    shared.metrics.counter('connections_accepted_total', labels).value++
    // A client that is gone already has no address; one of a Unix socket never has.
    if (socket.remoteAddress === undefined && unixPath(this.#listen) === undefined) {
      socket.destroy()
      return
    }
    if (!shared.descriptors.hasRoom(shared.sessions.size)) {
      this.#turnAway(socket, shared)
      return
    }
    const active = shared.metrics.gauge('connections_active', labels)
    active.value++
    void new Session(socket, this.#listen, this.#runtime, shared).run(() => {
      active.value--
    })
  }

  /** The process has no descriptors for one more, and for its backend. */
  #turnAway(socket: Socket, { descriptors, log, metrics, sessions }: Shared): void {
    const { name: protocol, words } = this.#runtime.protocol
    const listener = this.#listen.name
    metrics.counter('connections_rejected_total', { protocol, listener, reason: 'limit' }).value++
    if (descriptors.isWorthALine())
      log.error('out of descriptors: connections are turned away', { sessions: sessions.size })
    socket.on('error', () => {})
    if (!this.#listen.ssl) socket.write(words.crowded)
    socket.destroySoon()
  }
}

/** Node's typings know only the first two arguments. */
function probe(socket: Socket, keepAlive: KeepAlive): void {
  const { idle = keepAliveDelay, interval, count } = keepAlive.on ? keepAlive : {}
  Reflect.apply(socket.setKeepAlive, socket, [keepAlive.on, idle, interval, count])
}
