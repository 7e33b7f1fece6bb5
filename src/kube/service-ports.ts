/**
 * Keeps the ports of the published Service in step with the listeners: by server-side apply without
 * force, so that entries of others stay as they are and Helm and GitOps see no drift.
 */
import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Clock } from '../source/clock.ts'
import { wait } from './backoff.ts'
import type { Client } from './client.ts'
import { entries, holds, type OpenPort, type PortEntry } from './port-entries.ts'
import type { ServiceName, ServicePort } from './published.ts'
import type { Refused } from './reply.ts'
import { pathOf, resources } from './resources.ts'
import { rest } from './rest.ts'

export interface ServicePortsSettings {
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly metrics: Metrics<typeof controllerMetrics>
  readonly service: ServiceName
  readonly fieldManager: string
  /** The Service's ports now; `undefined`: there is no such Service. */
  ports(): readonly ServicePort[] | undefined
  leads(): boolean
  failed(reason: string): void
}

const retryPace = { first: 1_000, most: 60_000 }

export class ServicePorts {
  readonly #settings: ServicePortsSettings
  readonly #ending = new AbortController()
  #open: readonly OpenPort[] | undefined
  /** Ports whose entry another manager has under the name that ours would have. */
  #refused = new Set<number>()
  /** What was applied to which state of the Service, so that what changes nothing is not repeated. */
  #applied = ''
  #working: Promise<void> | undefined
  #again = false

  constructor(settings: ServicePortsSettings) {
    this.#settings = settings
  }

  want(open: readonly OpenPort[]): void {
    this.#open = open
    this.check()
  }

  /** To be called on every event of the Service. */
  check(): void {
    if (this.#ending.signal.aborted) return
    this.#again = true
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
      if (this.#again) this.check()
    })
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#working
  }

  async #work(): Promise<void> {
    const { clock, random } = this.#settings
    for (let tries = 0; this.#again && !this.#ending.signal.aborted; ) {
      this.#again = false
      if (await this.#bring()) {
        tries = 0
        continue
      }
      this.#again = true
      await rest(clock, wait(retryPace, tries++, random), this.#ending.signal)
    }
  }

  /** Whether nothing has to be tried again. */
  async #bring(): Promise<boolean> {
    const { ports, leads } = this.#settings
    const held = ports()
    if (!held || !this.#open || !leads()) return true
    const there = new Set(held.map(({ port }) => port))
    this.#refused = this.#refused.intersection(there)
    const wanted = entries(held, this.#open, this.#refused)
    const state = JSON.stringify([held, wanted])
    if (holds(held, wanted) || state === this.#applied) return true
    const done = await this.#apply(wanted)
    if (done) this.#applied = state
    return done
  }

  async #apply(wanted: readonly PortEntry[]): Promise<boolean> {
    const { client, fieldManager, service, metrics, failed } = this.#settings
    const counted = (result: 'success' | 'conflict' | 'failed') => {
      metrics.counter('service_port_updates_total', { result }).value++
    }
    const { apiVersion, kind } = resources.service
    const reply = await client.ask({
      verb: 'patch',
      path: pathOf(resources.service, service.namespace, service.name),
      query: { fieldManager, force: 'false' },
      body: { apiVersion, kind, metadata: service, spec: { ports: wanted } },
    })
    if (reply.kind === 'ok') {
      counted('success')
      return true
    }
    if (reply.kind === 'refused' && reply.code === 409) {
      counted('conflict')
      const others = portsOf(reply)
      const known = others.every(port => this.#refused.has(port))
      this.#refused = new Set([...this.#refused, ...others])
      failed(reply.message)
      // Without the entries that belong to others, at once.
      if (!known) this.#again = true
      return !known
    }
    counted('failed')
    failed(reply.kind === 'refused' ? reply.message : reply.reason)
    // A Service keeps its last port: asking again would not help before something changes.
    return reply.kind === 'refused' && reply.code === 422
  }
}

/** `.spec.ports[port=993,protocol="TCP"].targetPort` */
const portsOf = ({ causes }: Refused): readonly number[] =>
  causes.flatMap(cause => {
    const [, port] = /\bport=(\d+)/.exec(cause) ?? []
    return port === undefined ? [] : [Number(port)]
  })
