/**
 * Tells what turned as Events, where `kubectl describe` shows it: once each, at a bounded rate, and
 * without a second try, because what counts stands in the status.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Clock } from '../source/clock.ts'
import { Bucket } from './bucket.ts'
import type { Client } from './client.ts'
import { microTime } from './micro-time.ts'
import { pathOf, resources } from './resources.ts'
import type { Transition } from './transitions.ts'

/** The object that an Event is about. */
export interface Regarding {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export interface EventSettings {
  readonly client: Client
  readonly clock: Clock
  readonly metrics: Metrics<typeof controllerMetrics>
  /** The controller's name. */
  readonly controller: string
  readonly instance: string
  leads(): boolean
}

/** The same news of the same object is told once in so long. */
const quiet = 600_000
/** Per object, as client-go's. */
const rate = { burst: 25, every: 300_000 }
/** Objects and news that are remembered; the oldest are forgotten. */
const remembered = 4_096
/** The API server's bound, in characters. */
const noteCap = 1_024
/** Events that are on their way at once; more are dropped. */
const mostUnderWay = 100

export class EventRecorder {
  readonly #settings: EventSettings
  readonly #told = new Map<string, number>()
  readonly #buckets = new Map<string, Bucket>()
  readonly #underWay = new Set<Promise<void>>()

  constructor(settings: EventSettings) {
    this.#settings = settings
  }

  record(regarding: Regarding, transition: Transition): void {
    if (!this.#settings.leads() || !this.#isNews(regarding, transition)) return
    if (this.#bucket(regarding.uid).take() > 0 || this.#underWay.size >= mostUnderWay) {
      this.#counted('dropped')
      return
    }
    const sending = this.#send(regarding, transition)
    this.#underWay.add(sending)
    void sending.finally(() => this.#underWay.delete(sending))
  }

  async close(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  #isNews({ uid }: Regarding, { reason, note }: Transition): boolean {
    const now = this.#settings.clock.now()
    const digest = createHash('sha256').update(note).digest('hex')
    const key = `${uid} ${reason} ${digest}`
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < quiet) return false
    this.#told.delete(key)
    this.#told.set(key, now)
    forget(this.#told)
    return true
  }

  #bucket(uid: string): Bucket {
    const bucket = this.#buckets.get(uid) ?? new Bucket(rate, this.#settings.clock)
    this.#buckets.set(uid, bucket)
    forget(this.#buckets)
    return bucket
  }

  async #send(regarding: Regarding, { type, reason, note }: Transition): Promise<void> {
    const { client, controller, instance } = this.#settings
    const { name } = regarding
    // The API server wants the Events of cluster-scoped objects there.
    const namespace = regarding.namespace || 'default'
    const { apiVersion, kind } = resources.event
    const reply = await client.ask({
      verb: 'create',
      path: pathOf(resources.event, namespace),
      body: {
        apiVersion,
        kind,
        metadata: { namespace, name: `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}` },
        eventTime: microTime(Date.now()),
        regarding,
        type,
        reason,
        action: 'Reconcile',
        note: cut(note),
        reportingController: controller,
        reportingInstance: instance.slice(0, 128),
      },
    })
    this.#counted(reply.kind === 'ok' ? 'success' : 'failed')
  }

  #counted(result: 'success' | 'failed' | 'dropped'): void {
    this.#settings.metrics.counter('events_total', { result }).value++
  }
}

/** By octets, of which no character has more than four: never in the middle of one. */
function cut(note: string): string {
  const octets = Buffer.from(note)
  if (octets.length <= noteCap) return note
  const head = octets.subarray(0, noteCap - 3).toString('utf8')
  return `${head.replace(/\uFFFD+$/, '')}...`.slice(0, noteCap)
}

function forget(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= remembered) return
    map.delete(key)
  }
}
