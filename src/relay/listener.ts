import { createServer, type Server } from 'node:net'
import type { Listen } from '../config/config.ts'
import type { Tally } from '../observe/series.ts'
import { canonical } from '../wire/address.ts'
import type { Connection } from '../wire/connection.ts'
import { keepAliveDelay } from '../wire/splice.ts'
import { highWaterMark } from '../wire/stream-connection.ts'
import type { Runtime } from './runtime.ts'
import { Session } from './session.ts'
import type { Shared } from './shared.ts'
import { clearStale, placeOf, unixPath } from './socket-place.ts'

/** What the connections to one address are given. */
export interface Served {
  readonly listen: Listen
  readonly runtime: Runtime
}

/** Where connections are counted that are given the same. */
interface Tallies {
  readonly accepted: Tally
  readonly active: Tally
  readonly closed: () => void
}

/** By the address of a connection's own end; nobody is taken where nothing can be given. */
export type Serves = ReadonlyMap<string, Served | undefined>

/** One listening socket. What it serves is replaced by a new configuration without closing it. */
export class Listener {
  readonly #server: Server
  #listen: Listen
  #serves: Serves
  #tallies = new Map<Served, Tallies>()

  private constructor(server: Server, listen: Listen, serves: Serves) {
    this.#server = server
    this.#listen = listen
    this.#serves = serves
  }

  /** What is bound. */
  get listen(): Listen {
    return this.#listen
  }

  get served(): readonly Served[] {
    return [...this.#serves.values()].filter(one => one !== undefined)
  }

  /** Resolves once it accepts; rejects with Node's error, `EADDRINUSE` for one. */
  static async open(listen: Listen, serves: Serves, shared: Shared): Promise<Listener> {
    const path = unixPath(listen)
    if (path !== undefined) await clearStale(path)
    const server = createServer({
      allowHalfOpen: true,
      noDelay: true,
      highWaterMark,
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(placeOf(listen), () => {
        const listener = new Listener(server, listen, serves)
        server.off('error', reject)
        const failed = (error: Error) =>
          shared.log.error('accept failed', { error, listener: listener.#listen.name })
        server.on('error', failed)
        shared.sockets.accept(server, made => listener.#accept(made, shared), failed)
        resolve(listener)
      })
    })
  }

  /** What the next connections get. */
  serve(listen: Listen, serves: Serves): void {
    this.#listen = listen
    this.#serves = serves
    this.#tallies = new Map()
  }

  /** Accepts no more; sessions go on. */
  close(): Promise<void> {
    return new Promise(resolve => {
      // The callback waits for every connection, but the port is free once the handle is closed.
      this.#server.close()
      setImmediate(resolve)
    })
  }

  #accept(connection: Connection, shared: Shared): void {
    const served = this.#servedTo(connection)
    if (!served) {
      connection.destroy()
      return
    }
    const { listen, runtime } = served
    const { keepAlive } = listen
    if (keepAlive) {
      const { idle = keepAliveDelay, interval, count } = keepAlive.on ? keepAlive : {}
      connection.keepAlive(keepAlive.on, idle, interval, count)
    }
    const { accepted, active, closed } = this.#tallies.get(served) ?? this.#count(served, shared)
    accepted.value++
    // A client that is gone already has no address; one of a Unix socket never has.
    const { remote } = connection
    if (!remote && unixPath(listen) === undefined) {
      connection.destroy()
      return
    }
    if (!shared.descriptors.hasRoom(shared.sessions.size)) {
      turnAway(connection, served, shared)
      return
    }
    active.value++
    new Session(connection, remote, listen, runtime, shared).run(closed)
  }

  /** Finds where connections that are given `served` are counted. */
  #count(served: Served, { metrics }: Shared): Tallies {
    const labels = { protocol: served.runtime.protocol.name, listener: served.listen.name }
    const active = metrics.gauge('connections_active', labels)
    const closed = () => {
      active.value--
    }
    const accepted = metrics.counter('connections_accepted_total', labels)
    const tallies = { accepted, active, closed }
    this.#tallies.set(served, tallies)
    return tallies
  }

  /** The own end's address is asked of the kernel only where it decides. */
  #servedTo(connection: Connection): Served | undefined {
    if (this.#serves.size === 1) return this.#serves.get(this.#listen.address)
    const own = canonical(connection.local?.address ?? '')
    const family = own.includes(':') ? '::' : '0.0.0.0'
    const address = [own, family].find(each => this.#serves.has(each)) ?? this.#listen.address
    return this.#serves.get(address)
  }
}

/** The process has no descriptors for one more, and for its backend. */
function turnAway(
  connection: Connection,
  { listen, runtime }: Served,
  { descriptors, log, metrics, sessions }: Shared,
): void {
  const { name: protocol, words } = runtime.protocol
  const listener = listen.name
  metrics.counter('connections_rejected_total', { protocol, listener, reason: 'limit' }).value++
  if (descriptors.isWorthALine())
    log.error('out of descriptors: connections are turned away', { sessions: sessions.size })
  if (!listen.ssl) connection.write(words.crowded)
  connection.destroySoon()
}
