/**
 * The connections to the API server: kept alive, and shared per purpose, so that a slow list never
 * stands in the way of the lease. A changed authority or client certificate makes new ones; the old
 * ones end with what is under way on them.
 */
import { Agent, type RequestOptions } from 'node:https'
import type { Access, Tls } from './access.ts'

/** `watch` has a connection for each watch; the others queue on a few. */
const sockets = { watch: Number.POSITIVE_INFINITY, read: 4, write: 4, lease: 1 } as const

export type Purpose = keyof typeof sockets

/** How soon TCP begins to ask whether the other end still lives. */
const keepAliveDelay = 30_000

export class Connections {
  #tls = ''
  #agents: ReadonlyMap<Purpose, Agent> = new Map()

  agent({ tls, proxy }: Access, purpose: Purpose): RequestOptions['agent'] {
    if (proxy) return proxy
    const text = fingerprint(tls)
    if (text !== this.#tls) {
      this.#retire()
      this.#tls = text
      this.#agents = agents(tls)
    }
    return this.#agents.get(purpose)
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
  }

  #retire(): void {
    for (const agent of this.#agents.values()) {
      agent.maxFreeSockets = 0
      for (const free of Object.values(agent.freeSockets))
        for (const socket of free ?? []) socket.destroy()
    }
  }
}

const agents = (tls: Tls): ReadonlyMap<Purpose, Agent> =>
  new Map(
    (['watch', 'read', 'write', 'lease'] as const).map(purpose => [
      purpose,
      new Agent({
        ...tls,
        keepAlive: true,
        keepAliveMsecs: keepAliveDelay,
        maxSockets: sockets[purpose],
        ALPNProtocols: ['http/1.1'],
      }),
    ]),
  )

const fingerprint = (tls: Tls): string => JSON.stringify(Object.values(tls).map(String))
