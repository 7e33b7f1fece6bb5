/**
 * Brings the statuses of one kind to what they should be: by server-side apply of our own
 * conditions, only where they differ, only while we lead, and at a bounded rate.
 */
import { isDeepStrictEqual } from 'node:util'
import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Clock } from '../source/clock.ts'
import { fields } from '../source/fields.ts'
import { keyOf, type SourceObject } from '../source/source.ts'
import { wait } from './backoff.ts'
import { Bucket } from './bucket.ts'
import type { Client, Reply } from './client.ts'
import type { Regarding } from './events.ts'
import { time } from './micro-time.ts'
import { objectOf, versionOf } from './page.ts'
import { list } from './reply.ts'
import { pathOf, type Resource } from './resources.ts'
import { rest } from './rest.ts'
import { patch, type Wanted } from './timed-status.ts'
import { type Transition, transitions } from './transitions.ts'

/** A storm's worth at once, then fifty a second. */
const rate = { burst: 100, every: 20 }
const retryPace = { first: 200, most: 300_000 }
/** How long our own write may take to come back by the watch. */
const echo = 10_000

export interface StatusSettings {
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly metrics: Metrics<typeof controllerMetrics>
  /** The kind. */
  readonly resource: Resource
  readonly fieldManager: string
  leads(): boolean
  turned(object: Regarding, transitions: readonly Transition[]): void
  failed(key: string, reason: string): void
}

interface Written {
  readonly object: SourceObject
  readonly until: number
}

export class StatusWriter {
  readonly #settings: StatusSettings
  readonly #bucket: Bucket
  readonly #ending = new AbortController()
  /** By `kind/namespace/name`, as all maps here. */
  readonly #objects = new Map<string, SourceObject>()
  readonly #written = new Map<string, Written>()
  readonly #queue = new Set<string>()
  readonly #tries = new Map<string, number>()
  /** Those that were ours and are to lose what we said of them. */
  readonly #released = new Set<string>()
  #wanted: ReadonlyMap<string, Wanted> = new Map()
  #working: Promise<void> | undefined

  constructor(settings: StatusSettings) {
    this.#settings = settings
    this.#bucket = new Bucket(rate, settings.clock)
  }

  insert(object: SourceObject): void {
    const key = keyOf(object)
    this.#objects.set(key, object)
    const written = this.#written.get(key)
    if (written && versionOf(written.object) === versionOf(object)) this.#written.delete(key)
    if (this.#wanted.has(key)) this.#add(key)
  }

  remove(key: string): void {
    this.#objects.delete(key)
    this.#written.delete(key)
    this.#tries.delete(key)
    this.#released.delete(key)
  }

  /**
   * By `namespace/name` (or `name`); in place of what was wanted before. What is no longer among them
   * belongs to somebody else now, and loses our conditions; so does what is `foreign` and still has
   * some, from a time before this process.
   */
  want(statuses: ReadonlyMap<string, Wanted>, foreign: readonly string[] = []): void {
    const before = this.#wanted
    this.#wanted = new Map([...statuses].map(([key, wanted]) => [this.#keyOf(key), wanted]))
    for (const [key, wanted] of this.#wanted) {
      this.#released.delete(key)
      if (!isDeepStrictEqual(before.get(key), wanted)) this.#add(key)
    }
    for (const key of [...before.keys(), ...foreign.map(key => this.#keyOf(key))]) {
      if (this.#wanted.has(key) || !this.#isMarked(key)) continue
      this.#released.add(key)
      this.#add(key)
    }
  }

  #keyOf(key: string): string {
    const { kind, namespaced } = this.#settings.resource
    return `${kind}/${namespaced ? '' : '/'}${key}`
  }

  /** Whether something in the status of an object is ours. */
  #isMarked(key: string): boolean {
    const managed = list(this.#current(key)?.metadata['managedFields'])
    return managed.some(one => {
      const found = fields(one)
      const isStatus = found?.get('subresource') === 'status'
      return isStatus && found?.get('manager') === this.#settings.fieldManager
    })
  }

  /** Looks at all of them again: we began to lead. */
  review(): void {
    for (const key of [...this.#wanted.keys(), ...this.#released]) this.#add(key)
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#working
  }

  #add(key: string): void {
    if (this.#ending.signal.aborted) return
    if (!this.#queue.has(key))
      this.#settings.metrics.counter('workqueue_adds_total', { name: 'status' }).value++
    this.#queue.add(key)
    this.#depth()
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
      const [left] = this.#queue
      if (left !== undefined) this.#add(left)
    })
  }

  #depth(): void {
    this.#settings.metrics.gauge('workqueue_depth', { name: 'status' }).value = this.#queue.size
  }

  async #work(): Promise<void> {
    // What else happens in this turn is one look.
    await Promise.resolve()
    const { signal } = this.#ending
    for (const key of this.#queue) {
      if (signal.aborted) return
      this.#queue.delete(key)
      this.#depth()
      await this.#bring(key)
    }
  }

  async #bring(key: string): Promise<void> {
    const { clock, leads, client, fieldManager, resource } = this.#settings
    const wanted = this.#wanted.get(key)
    const object = this.#current(key)
    if (!object || !leads()) return
    const status = wanted && patch(object['status'], wanted, time(Date.now()))
    // While we did not lead another one may have taken ours away.
    if (!wanted && !this.#isMarked(key)) this.#released.delete(key)
    if (!status && !this.#released.has(key)) return
    for (let delay = this.#bucket.take(); delay > 0; delay = this.#bucket.take())
      await rest(clock, delay, this.#ending.signal)
    // It may have taken a while to get our turn.
    if (!leads() || this.#ending.signal.aborted) return
    const { apiVersion, kind } = resource
    const { namespace, name } = object.metadata
    const reply = await client.ask({
      verb: 'patch',
      path: `${pathOf(resource, namespace, name)}/status`,
      query: { fieldManager, force: 'true' },
      body: {
        apiVersion,
        kind,
        metadata: {
          ...(namespace === undefined ? {} : { namespace }),
          name,
          uid: object.metadata['uid'],
        },
        // What an owner no longer applies is taken away, and nobody else's.
        ...(status ? { status } : {}),
      },
    })
    this.#settle(key, object, wanted, reply)
  }

  #settle(key: string, object: SourceObject, wanted: Wanted | undefined, reply: Reply): void {
    const { clock, turned, resource } = this.#settings
    if (reply.kind === 'ok') {
      this.#counted('success')
      this.#tries.delete(key)
      if (!wanted) this.#released.delete(key)
      const written = objectOf(reply.body, resource)
      if (written && versionOf(this.#objects.get(key) ?? object) !== versionOf(written))
        this.#written.set(key, { object: written, until: clock.now() + echo })
      if (wanted) turned(regarding(object), transitions(object['status'], wanted.conditions))
      // It went to somebody else while we wrote.
      if (wanted && !this.#wanted.has(key)) {
        this.#released.add(key)
        this.#add(key)
      }
      return
    }
    // Gone, or another one of the same name, which the watch will tell.
    if (reply.kind === 'refused' && (reply.code === 404 || reply.code === 409)) {
      this.#counted('conflict')
      return
    }
    this.#again(key, reply)
  }

  #again(key: string, reply: Exclude<Reply, { readonly kind: 'ok' }>): void {
    const { clock, metrics, failed } = this.#settings
    this.#counted('failed')
    const tries = this.#tries.get(key) ?? 0
    this.#tries.set(key, tries + 1)
    const reason = reply.kind === 'refused' ? reply.message : reply.reason
    if (tries === 0) failed(key, reason)
    metrics.counter('workqueue_retries_total', { name: 'status' }).value++
    const asked = reply.kind === 'refused' ? (reply.retryAfter ?? 0) : 0
    const delay = Math.max(asked, wait(retryPace, tries, this.#settings.random))
    void rest(clock, delay, this.#ending.signal).then(() => this.#add(key))
  }

  #counted(result: 'success' | 'conflict' | 'failed'): void {
    this.#settings.metrics.counter('status_updates_total', { result }).value++
  }

  /** What we wrote last counts until the watch has brought it back. */
  #current(key: string): SourceObject | undefined {
    const object = this.#objects.get(key)
    const written = this.#written.get(key)
    if (!object || !written) return object
    if (written.until > this.#settings.clock.now()) return written.object
    this.#written.delete(key)
    return object
  }
}

const regarding = ({ apiVersion, kind, metadata }: SourceObject): Regarding => ({
  apiVersion,
  kind,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: String(fields(metadata)?.get('uid') ?? ''),
})
