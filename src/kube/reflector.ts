/**
 * Keeps a holder in step with what the API server has of one kind: lists, then watches from where the
 * list stood, and when that ends goes on from the last version that it saw. It never gives up, never
 * tells half a list, and a quiet server is not mistaken for a dead one, nor a dead one for quiet.
 */
import type { Clock } from '../source/clock.ts'
import { listPace, wait } from './backoff.ts'
import type { Client } from './client.ts'
import { type Holder, Holdings } from './holdings.ts'
import { versionOf, type WatchEvent } from './page.ts'
import { readList } from './read-list.ts'
import type { ReflectorMeters } from './reflector-meters.ts'
import type { Refused, Unanswered } from './reply.ts'
import type { Watched } from './resources.ts'
import { rest } from './rest.ts'
import { type End, watchOnce } from './watch-once.ts'

export interface ReflectorSettings {
  readonly watched: Watched
  readonly client: Client
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly meters: ReflectorMeters
  readonly holder: Holder
  /** The first list was told. */
  synced(): void
  /** What stands in the way now; `undefined`: nothing. Told when it changes. */
  fault(message: string | undefined): void
}

/** A watch that lived so long, or told something, was a sound one. */
const sound = 10_000
/** Nobody may be looking at it soon: a right that is missing, a kind that is not installed yet. */
const forbiddenWait = 30_000
const missingWait = 60_000
/** What a watch could have missed is looked for so often, ± a tenth. */
const safetyPeriod = 3_600_000
/** A loop that stood in one state for so long is wedged. */
const wedgedAfter = 900_000

/** The watch cache's state will do at first; after a gap the newest is asked for. */
const anyVersion = '0'
const newest = ''

type Failure = Refused | Unanswered | Exclude<End, { readonly kind: 'ended' | 'expired' }>

export class Reflector {
  readonly #settings: ReflectorSettings
  readonly #holdings: Holdings
  readonly #ending = new AbortController()
  #running: Promise<void> | undefined
  /** Where to watch from; `undefined`: a list is needed. */
  #version: string | undefined
  #listFrom = anyVersion
  #tries = 0
  #synced = false
  #fault: string | undefined
  #safetyDue = 0
  #turned: number

  constructor(settings: ReflectorSettings) {
    this.#settings = settings
    this.#turned = settings.clock.now()
    const { holder } = settings
    this.#holdings = new Holdings(holder)
  }

  get synced(): boolean {
    return this.#synced
  }

  wedged(): boolean {
    return this.#settings.clock.now() - this.#turned > wedgedAfter
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Leaves nothing open, wherever the loop stands. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      this.#turned = this.#settings.clock.now()
      const delay = this.#version === undefined ? await this.#list() : await this.#watch()
      if (delay > 0 && !signal.aborted) await rest(this.#settings.clock, delay, signal)
    }
  }

  /** Answers how long to wait before what comes next. */
  async #list(): Promise<number> {
    const { watched, client, meters } = this.#settings
    const read = await readList(client, watched, this.#listFrom, this.#ending.signal)
    if (this.#ending.signal.aborted) return 0
    if (read.kind !== 'list') {
      // A cache that is behind or a page that is too large: the next one asks for pages of the newest.
      this.#listFrom = newest
      return this.#failed(read)
    }
    meters.listed()
    this.#holdings.replace(read.objects)
    this.#version = read.version
    this.#listFrom = newest
    this.#safetyDue = this.#nextSafety()
    this.#sound()
    if (!this.#synced) {
      this.#synced = true
      this.#settings.synced()
    }
    return 0
  }

  async #watch(): Promise<number> {
    const { clock, meters } = this.#settings
    if (clock.now() >= this.#safetyDue) await this.#verify()
    const began = clock.now()
    let told = 0
    const end = await watchOnce({
      ...this.#settings,
      version: this.#version ?? newest,
      signal: this.#ending.signal,
      within: this.#safetyDue - began,
      opened: () => this.#report(undefined),
      event: event => {
        told++
        this.#take(event)
      },
    })
    if (this.#ending.signal.aborted) return 0
    meters.restarted(end.kind)
    if (told > 0 || clock.now() - began >= sound) this.#sound()
    if (end.kind === 'expired') return this.#expire()
    if (end.kind === 'ended') return this.#tries++ === 0 ? 0 : this.#pace()
    return this.#failed(end)
  }

  #take(event: WatchEvent): void {
    this.#turned = this.#settings.clock.now()
    // An `error` ends the watch and comes back as its end.
    if (event.kind === 'error') return
    this.#settings.meters.event()
    if (event.kind === 'bookmark') this.#version = event.version
    else {
      this.#version = versionOf(event.object)
      const pruned = this.#settings.watched.prune(event.object)
      if (event.kind === 'changed') this.#holdings.put(pruned)
      else this.#holdings.take(pruned)
    }
  }

  /** The version is too old to watch from; what happened since is found by a list. */
  #expire(): number {
    this.#version = undefined
    this.#listFrom = newest
    return this.#tries++ === 0 ? 0 : this.#pace()
  }

  /**
   * The list of exactly the version that the watch has come to: whatever differs, the watch missed.
   * Where that version is no longer there, the newest list is taken instead.
   */
  async #verify(): Promise<void> {
    const { watched, client, meters } = this.#settings
    this.#safetyDue = this.#nextSafety()
    const exact = { exactly: this.#version ?? newest }
    const read = await readList(client, watched, exact, this.#ending.signal)
    if (read.kind === 'list') meters.missed(this.#holdings.replace(read.objects))
    else if (read.kind === 'refused' && read.code === 410) this.#version = undefined
  }

  #failed(failure: Failure): number {
    this.#report(sentence(failure))
    if (failure.kind !== 'refused') return this.#pace()
    if (failure.code === 410) return this.#expire()
    const pace = this.#pace()
    if (failure.retryAfter !== undefined) return failure.retryAfter
    if (failure.code === 403) return Math.max(pace, forbiddenWait)
    return failure.code === 404 ? missingWait : pace
  }

  #sound(): void {
    this.#tries = 0
    this.#report(undefined)
  }

  #report(message: string | undefined): void {
    if (message === this.#fault) return
    this.#fault = message
    this.#settings.fault(message)
  }

  #pace(): number {
    return wait(listPace, this.#tries++, this.#settings.random)
  }

  #nextSafety(): number {
    const { clock, random } = this.#settings
    return clock.now() + safetyPeriod * (0.9 + random() / 5)
  }
}

const watchFaults = {
  silent: 'the watch fell silent',
  corrupt: 'the watch sent what is no event',
} as const

function sentence(failure: Failure): string {
  if (failure.kind === 'refused') return `${failure.code} ${failure.reason}: ${failure.message}`
  return failure.kind === 'lost' ? failure.reason : watchFaults[failure.kind]
}
