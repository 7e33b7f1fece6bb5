/**
 * Who of several controllers may write. All of them read and render; one holds a Lease and renews it.
 * Whether it ran out is judged by our own clock from when we last saw it change, never by the
 * holder's: clocks differ. Losing it ends nothing but the right to write.
 */

import type { Clock } from '../source/clock.ts'
import { fields } from '../source/fields.ts'
import type { Client, Reply } from './client.ts'
import { microTime } from './micro-time.ts'
import { pathOf, resources } from './resources.ts'
import { rest } from './rest.ts'

/** As client-go's defaults. */
const duration = 15_000
const renewWithin = 10_000
const retry = 2_000
const jitter = 1.2
const attempt = 5_000

export interface LeaseSettings {
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly namespace: string
  readonly name: string
  /** Ours alone: a pod's name and something random. */
  readonly identity: string
  /** Comes when we begin to lead, and when we end. */
  turned(leads: boolean): void
}

interface Record {
  readonly version: string
  readonly holder: string
  readonly seconds: number
  readonly transitions: number
  readonly acquired: string
}

export class Lease {
  readonly #settings: LeaseSettings
  readonly #ending = new AbortController()
  #running: Promise<void> | undefined
  /** What the Lease said last, and when we saw it say so first. */
  #seen: { readonly record: Record; readonly at: number } | undefined
  /** When the request that renewed it last was sent. */
  #renewed = Number.NEGATIVE_INFINITY
  #told = false

  constructor(settings: LeaseSettings) {
    this.#settings = settings
  }

  /**
   * Whether we may write now. Asked before each write, because a process that stood still must not go
   * on where another one leads already.
   */
  leads(): boolean {
    return this.#settings.clock.now() - this.#renewed < renewWithin
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Gives the Lease back, so that another one need not wait for it to run out. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#running
    if (this.leads()) await this.#release()
    this.#renewed = Number.NEGATIVE_INFINITY
    this.#tell()
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#settings
    while (!this.#ending.signal.aborted) {
      const began = clock.now()
      if (await this.#try()) this.#renewed = began
      this.#tell()
      await rest(clock, retry * (1 + random() * (jitter - 1)), this.#ending.signal)
    }
  }

  /** Whether the Lease is ours now. */
  async #try(): Promise<boolean> {
    const { identity, clock } = this.#settings
    const read = await this.#ask({ verb: 'get' })
    if (read.kind === 'refused' && read.code === 404)
      return this.#took(await this.#ask({ verb: 'create', body: this.#body(undefined) }))
    if (read.kind !== 'ok') return false
    const record = recordOf(read.body)
    if (!record) return false
    if (!this.#seen || this.#seen.record.version !== record.version)
      this.#seen = { record, at: clock.now() }
    const free = record.holder === '' || record.holder === identity
    const ranOut = clock.now() - this.#seen.at >= Math.max(record.seconds * 1000, duration)
    if (!free && !ranOut) return false
    return this.#took(await this.#ask({ verb: 'update', body: this.#body(record) }))
  }

  #took(reply: Reply): boolean {
    const record = reply.kind === 'ok' ? recordOf(reply.body) : undefined
    if (!record) return false
    this.#seen = { record, at: this.#settings.clock.now() }
    return record.holder === this.#settings.identity
  }

  async #release(): Promise<void> {
    const record = this.#seen?.record
    if (!record || record.holder !== this.#settings.identity) return
    const body = this.#body(record, { holderIdentity: '', leaseDurationSeconds: 1 })
    await this.#ask({ verb: 'update', body }, new AbortController().signal)
  }

  #ask(
    call: { readonly verb: 'get' | 'create' | 'update'; readonly body?: unknown },
    signal = this.#ending.signal,
  ): Promise<Reply> {
    const { client, namespace, name } = this.#settings
    const path = pathOf(resources.lease, namespace, call.verb === 'create' ? undefined : name)
    return client.ask({ ...call, path, purpose: 'lease', deadline: attempt, signal })
  }

  #body(before: Record | undefined, spec: object = {}): object {
    const { namespace, name, identity } = this.#settings
    const now = microTime(Date.now())
    const ours = before?.holder === identity
    return {
      apiVersion: resources.lease.apiVersion,
      kind: resources.lease.kind,
      metadata: { namespace, name, ...(before ? { resourceVersion: before.version } : {}) },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: duration / 1000,
        acquireTime: ours && before.acquired !== '' ? before.acquired : now,
        renewTime: now,
        leaseTransitions: (before?.transitions ?? 0) + (before && !ours ? 1 : 0),
        ...spec,
      },
    }
  }

  #tell(): void {
    const leads = this.leads()
    if (leads === this.#told) return
    this.#told = leads
    this.#settings.turned(leads)
  }
}

function recordOf(body: unknown): Record | undefined {
  const lease = fields(body)
  const version = text(fields(lease?.get('metadata'))?.get('resourceVersion'))
  if (version === '') return undefined
  const spec = fields(lease?.get('spec'))
  return {
    version,
    holder: text(spec?.get('holderIdentity')),
    seconds: number(spec?.get('leaseDurationSeconds')),
    transitions: number(spec?.get('leaseTransitions')),
    acquired: text(spec?.get('acquireTime')),
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
