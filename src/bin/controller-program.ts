import { type Built, build } from '../model/build.ts'
import { idleDefaults } from '../model/claims.ts'
import { gather } from '../model/gather.ts'
import type { Answered } from '../model/programmed.ts'
import { statuses } from '../model/status.ts'
import type { Log } from '../observe/log.ts'
import { clock } from '../source/clock.ts'
import { createPublisher, type Outcome, type Publisher } from '../source/publish.ts'
import { type Reading, Readings } from '../source/readings.ts'
import { createRebuild, type Rebuild } from '../source/rebuild.ts'
import type { Fault, Objects, Source, SourceObject } from '../source/source.ts'
import { StatusBoard } from '../source/status-board.ts'
import { Store } from '../source/store.ts'
import type { TextOptions } from './controller-arguments.ts'
import type { ControllerMeters } from './controller-meters.ts'

/** Certificates expire without an event: so often the objects are judged again. */
const review = 600_000

export interface ControllerSettings {
  readonly source: Source
  /** The hand-off folder. */
  readonly to: string
  readonly text: TextOptions
  /** Whether endpoints may be loopback addresses, as in a folder. */
  readonly localEndpoints: boolean
  readonly log: Log
  readonly meters: ControllerMeters
  /** Is told what became of the objects, to write it where they came from. */
  readonly report?: Report
}

export interface Report {
  judged(built: Built, answer: Answered | undefined): void
}

/** source → store → rebuild → build → publish → ask → status, until it is closed. */
export class Controller implements Objects {
  readonly #settings: ControllerSettings
  readonly #store = new Store()
  readonly #readings = new Readings()
  readonly #board = new StatusBoard()
  readonly #rebuild: Rebuild
  readonly #publisher: Publisher
  readonly #review: NodeJS.Timeout
  #synced = false
  #built: Built | undefined
  #answer: Answered | undefined
  #unreachable = ''
  #sourceFaults: readonly Fault[] = []
  #objectFaults: readonly Fault[] = []

  constructor(settings: ControllerSettings) {
    this.#settings = settings
    this.#rebuild = createRebuild(() => this.#build(), clock)
    this.#publisher = createPublisher({
      dir: settings.to,
      clock,
      settled: (outcome, took) => this.#settled(outcome, took),
    })
    this.#review = setInterval(() => this.#rebuild.touch(), review)
  }

  /** Rejects where the source can never be read. */
  start(): Promise<void> {
    return this.#settings.source.start(this)
  }

  /** What stands in the way of being ready. */
  obstacle(): string | undefined {
    return this.#synced ? undefined : 'the source was not read whole yet'
  }

  /** Every object's status, in YAML. */
  status(): string {
    return this.#board.yaml([...this.#sourceFaults, ...this.#objectFaults])
  }

  async close(): Promise<void> {
    clearInterval(this.#review)
    this.#rebuild.close()
    await this.#settings.source.close()
    await this.#publisher.close()
  }

  insert(object: SourceObject): void {
    if (this.#store.insert(object)) this.#rebuild.touch()
  }

  remove(key: string): void {
    if (this.#store.remove(key)) this.#rebuild.touch()
  }

  faults(faults: readonly Fault[]): void {
    this.#tell('the source has a fault', faults, this.#sourceFaults)
    this.#sourceFaults = faults
    this.#settings.meters.sourceErrors(faults.length)
  }

  synced(): void {
    this.#synced = true
    this.#settings.meters.synced()
    this.#rebuild.sync()
  }

  #build(): void {
    const { log, meters, text, localEndpoints } = this.#settings
    const began = clock.now()
    try {
      const reading = this.#readings.take(this.#store.objects())
      const objects = gather(reading.objects, reading.refused)
      const faults = [...reading.faults, ...idleDefaults(objects.mailProxyClasses)]
      this.#tell('an object has a fault', faults, this.#objectFaults)
      this.#objectFaults = faults
      const built = build(objects, {
        ...text,
        localEndpoints,
        now: Date.now(),
        ...(this.#built ? { pairs: this.#built.pairs, judged: this.#built.judged } : {}),
      })
      this.#take(built, reading, clock.now() - began)
    } catch (error) {
      meters.rebuilt('failed', clock.now() - began)
      log.error('rebuild failed', { error })
    }
  }

  #take(built: Built, { objects }: Reading, took: number): void {
    const { log, meters } = this.#settings
    const unclaimed = built.unclaimed.filter(key => !this.#built?.unclaimed.includes(key))
    if (unclaimed.length > 0)
      log.info('objects of another controller or class', { objects: unclaimed })
    const isFirst = this.#built === undefined
    this.#built = built
    const changed = this.#publisher.offer(built)
    meters.rebuilt(changed ? 'changed' : 'unchanged', took)
    meters.read(objects, built)
    if (changed)
      log.info('rebuilt', {
        generation: built.generation,
        objects: objects.length,
        ms: Math.round(took),
      })
    // Of a text that replaces another one the relay's answer tells in a moment.
    if (isFirst || !changed) this.#judge()
  }

  #settled(outcome: Outcome, took: number): void {
    const { log, meters } = this.#settings
    meters.settled(outcome, took)
    const reason = 'reason' in outcome ? outcome.reason : ''
    if (outcome.kind === 'unreachable' && reason !== this.#unreachable)
      log.warn('no answer from the relay', { reason })
    if (outcome.kind === 'failed' && reason !== this.#unreachable)
      log.error('the text cannot be handed over', { reason })
    if (outcome.kind === 'refused')
      log.error('the relay refused the text', {
        generation: outcome.generation,
        errors: outcome.errors,
      })
    this.#unreachable = reason
    this.#answer = outcome.kind === 'unreachable' ? undefined : outcome
    this.#judge()
  }

  /** Says what became of each object, where that is new. */
  #judge(): void {
    if (!this.#built) return
    const found = statuses(this.#built, this.#answer)
    this.#settings.meters.judged(found)
    for (const [object, status] of this.#board.update(found, new Date()))
      this.#settings.log.info('status', { object, ...status })
    this.#settings.report?.judged(this.#built, this.#answer)
  }

  /** Faults are told once, when they come. */
  #tell(message: string, faults: readonly Fault[], before: readonly Fault[]): void {
    const known = new Set(before.map(text))
    for (const fault of faults)
      if (!known.has(text(fault))) this.#settings.log.error(message, { ...fault })
    if (faults.length === 0 && before.length > 0) this.#settings.log.info('the faults are gone')
  }
}

const text = ({ where, message }: Fault): string => `${where} ${message}`
