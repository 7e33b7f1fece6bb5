import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Clock } from '../source/clock.ts'
import type { Fault, Objects, Source, SourceObject } from '../source/source.ts'
import type { Client } from './client.ts'
import { CrdAge } from './crd-age.ts'
import type { Holder } from './holdings.ts'
import { Reflector } from './reflector.ts'
import { type ReflectorMeters, reflectorMeters } from './reflector-meters.ts'
import { type Watched, watchedOf } from './resources.ts'

export interface ClusterSettings {
  readonly client: Client
  /** Empty: all of them. */
  readonly namespaces: readonly string[]
  readonly clock: Clock
  readonly random: () => number
  readonly metrics: Metrics<typeof controllerMetrics>
  /** Who is told the objects of a kind with their status and without their spec, beside `Objects`. */
  readonly writers: ReadonlyMap<string, Holder>
  /** That nobody can see how old the CRDs are, and why; told once. */
  unseenCrds(reason: string): void
}

/** An API server as a source: a reflector for each kind (and namespace). */
export class Cluster implements Source {
  readonly #settings: ClusterSettings
  readonly #faults = new Map<Watched, Fault>()
  #crdFaults: readonly Fault[] = []
  #crdAge: CrdAge | undefined
  #reflectors: readonly Reflector[] = []

  constructor(settings: ClusterSettings) {
    this.#settings = settings
  }

  /** Ends before anything was read: the API server may be away for as long as it likes. */
  async start(objects: Objects): Promise<void> {
    const { namespaces, client, clock, random, metrics, writers } = this.#settings
    const meters = new Map<string, ReflectorMeters>()
    this.#reflectors = watchedOf(namespaces).map(watched => {
      const { kind } = watched.resource
      const own = meters.get(kind) ?? reflectorMeters(metrics, kind, clock)
      meters.set(kind, own)
      const writer = writers.get(kind)
      return new Reflector({
        watched,
        client,
        clock,
        random,
        meters: own,
        holder: writer ? both(objects, writer) : objects,
        synced: () => this.#synced(objects),
        fault: message => {
          if (message === undefined) this.#faults.delete(watched)
          else this.#faults.set(watched, { where: placeOf(watched), message })
          this.#tell(objects)
        },
      })
    })
    metrics.beforeScrape(() => {
      metrics.gauge('reflector_synced', {}).value = this.#reflectors.every(one => one.synced)
        ? 1
        : 0
    })
    for (const reflector of this.#reflectors) reflector.start()
    this.#judgeCrds(objects)
  }

  async close(): Promise<void> {
    await Promise.all([this.#crdAge, ...this.#reflectors].map(one => one?.close()))
  }

  /** A loop that stands still: a fault of ours, which a restart may cure. */
  wedged(): boolean {
    return this.#reflectors.some(reflector => reflector.wedged())
  }

  /** Roles of namespaces cannot let us see what belongs to the cluster. */
  #judgeCrds(objects: Objects): void {
    const { client, clock, namespaces, unseenCrds } = this.#settings
    if (namespaces.length > 0) {
      unseenCrds('only some namespaces are watched')
      return
    }
    this.#crdAge = new CrdAge({
      client,
      clock,
      unseen: unseenCrds,
      faults: faults => {
        this.#crdFaults = faults
        this.#tell(objects)
      },
    })
    this.#crdAge.start()
  }

  #tell(objects: Objects): void {
    objects.faults([...this.#faults.values(), ...this.#crdFaults])
  }

  #synced(objects: Objects): void {
    if (this.#reflectors.every(reflector => reflector.synced)) objects.synced()
  }
}

/** Each is given, and keeps, its part: the writer the status, and what makes the text all else. */
const both = (objects: Objects, writer: Holder): Holder => ({
  insert({ status, ...object }: SourceObject) {
    const { apiVersion, kind, metadata } = object
    writer.insert({ apiVersion, kind, metadata, status })
    objects.insert(object)
  },
  remove(key: string) {
    writer.remove(key)
    objects.remove(key)
  },
})

function placeOf({ resource, namespace, labelSelector }: Watched): string {
  const which = labelSelector === undefined ? '' : ` (${labelSelector})`
  const within = namespace === undefined ? 'every namespace' : `the namespace ${namespace}`
  return resource.namespaced
    ? `${resource.plural} of ${within}${which}`
    : `${resource.plural} of the cluster`
}
