/**
 * The Service through which clients reach the relays, and the pods behind it. It may stand in a
 * namespace that is not watched otherwise.
 */
import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Clock } from '../source/clock.ts'
import { fields } from '../source/fields.ts'
import { keyOf, type SourceObject } from '../source/source.ts'
import type { Client } from './client.ts'
import { pick } from './prune.ts'
import { Reflector } from './reflector.ts'
import { reflectorMeters } from './reflector-meters.ts'
import { list, word } from './reply.ts'
import { resources, type Watched } from './resources.ts'
import type { Address } from './timed-status.ts'

export interface ServiceName {
  readonly namespace: string
  readonly name: string
}

export interface PublishedSettings {
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly metrics: Metrics<typeof controllerMetrics>
  readonly service: ServiceName
  /** The Service or its pods are not as they were. */
  changed(): void
  fault(message: string): void
}

export interface Pod {
  readonly name: string
  readonly address: string
}

export interface ServicePort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly targetPort: string | number
}

/** Gateway API's bound, and the schema's. */
const mostAddresses = 16

export class Published {
  readonly #settings: PublishedSettings
  readonly #slices = new Map<string, SourceObject>()
  readonly #reflectors: readonly Reflector[]
  #service: SourceObject | undefined

  constructor(settings: PublishedSettings) {
    this.#settings = settings
    this.#reflectors = watched(settings.service).map(one => this.#reflector(one))
  }

  start(): void {
    for (const reflector of this.#reflectors) reflector.start()
  }

  async close(): Promise<void> {
    await Promise.all(this.#reflectors.map(reflector => reflector.close()))
  }

  /** Whether everything was read once. */
  get synced(): boolean {
    return this.#reflectors.every(reflector => reflector.synced)
  }

  /** `undefined`: there is no such Service. */
  ports(): readonly ServicePort[] | undefined {
    if (!this.#service) return undefined
    return list(fields(this.#service['spec'])?.get('ports')).map(portOf)
  }

  addresses(): readonly Address[] {
    const status = fields(fields(this.#service?.['status'])?.get('loadBalancer'))
    const given = list(status?.get('ingress')).flatMap(one => ingress(one))
    const external = list(fields(this.#service?.['spec'])?.get('externalIPs')).map(ipAddress)
    const all = [...given, ...external]
    const distinct = new Map(all.map(one => [one.value, one]))
    return [...distinct.values()].slice(0, mostAddresses)
  }

  /** The ready ones, by name; of two families the first address. */
  pods(): readonly Pod[] {
    const all = [...this.#slices.values()].flatMap(slice =>
      list(slice['endpoints']).flatMap(endpoint => podOf(endpoint) ?? []),
    )
    const byName = new Map(all.toReversed().map(pod => [pod.name, pod]))
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #reflector(one: Watched): Reflector {
    const { metrics, clock, changed, fault } = this.#settings
    return new Reflector({
      ...this.#settings,
      watched: one,
      meters: reflectorMeters(metrics, one.resource.kind, clock),
      holder: {
        insert: object => {
          if (object.kind === 'Service') this.#service = object
          else this.#slices.set(keyOf(object), object)
          changed()
        },
        remove: key => {
          if (!this.#slices.delete(key)) this.#service = undefined
          changed()
        },
      },
      synced: changed,
      fault: message => {
        if (message !== undefined) fault(`${one.resource.plural}: ${message}`)
      },
    })
  }
}

function watched({ namespace, name }: ServiceName): readonly Watched[] {
  return [
    {
      resource: resources.service,
      namespace,
      fieldSelector: `metadata.name=${name}`,
      prune: prune(['spec', 'status']),
    },
    {
      resource: resources.endpointSlice,
      namespace,
      labelSelector: `kubernetes.io/service-name=${name}`,
      prune: prune(['endpoints']),
    },
  ]
}

const prune =
  (names: readonly string[]) =>
  (object: SourceObject): SourceObject => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...pick(object, names),
    metadata: {
      name: object.metadata.name,
      ...pick(object.metadata, ['namespace', 'uid', 'resourceVersion']),
    },
  })

function portOf(value: unknown): ServicePort {
  const port = fields(value)
  const target = port?.get('targetPort')
  return {
    name: word(port?.get('name')),
    port: Number(port?.get('port')),
    protocol: word(port?.get('protocol')) || 'TCP',
    targetPort: typeof target === 'number' ? target : word(target),
  }
}

function ingress(value: unknown): readonly Address[] {
  const ip = word(fields(value)?.get('ip'))
  if (ip !== '') return [ipAddress(ip)]
  const hostname = word(fields(value)?.get('hostname'))
  return hostname === '' ? [] : [{ type: 'Hostname', value: hostname.slice(0, 253) }]
}

const ipAddress = (value: unknown): Address => ({ type: 'IPAddress', value: word(value) })

function podOf(value: unknown): Pod | undefined {
  const endpoint = fields(value)
  const address = word(list(endpoint?.get('addresses'))[0])
  const ready = fields(endpoint?.get('conditions'))?.get('ready')
  if (address === '' || ready === false) return undefined
  const target = fields(endpoint?.get('targetRef'))
  return { name: word(target?.get('name')) || address, address }
}
