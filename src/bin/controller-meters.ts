import type { Status } from '../api/conditions.ts'
import type { AnyObject } from '../api/objects.ts'
import type { PodState } from '../kube/fleet.ts'
import type { Built } from '../model/build.ts'
import { controllerMetrics } from '../observe/metric-table.ts'
import { createMetrics, type Metrics } from '../observe/metrics.ts'
import type { Outcome } from '../source/publish.ts'
import { version } from './version.ts'

const seconds = (ms: number): number => ms / 1000

/** What the controller counts, in the words of its loop. */
export class ControllerMeters {
  readonly metrics: Metrics<typeof controllerMetrics> = createMetrics(controllerMetrics, {
    process: true,
  })
  #kinds: ReadonlySet<string> = new Set()
  #namespaces: ReadonlySet<string> = new Set()
  #secrets: ReadonlyMap<string, Labels> = new Map()

  constructor() {
    this.metrics.info('build_info', { version, node_version: process.versions.node })
  }

  sourceErrors(count: number): void {
    this.metrics.gauge('source_errors', {}).value = count
  }

  synced(): void {
    this.metrics.gauge('source_synced', {}).value = 1
  }

  rebuilt(result: 'changed' | 'unchanged' | 'failed', took: number): void {
    this.metrics.counter('rebuilds_total', { result }).value++
    this.metrics.histogram('rebuild_duration_seconds', {}).observe(seconds(took))
    this.metrics.gauge('rebuild_timestamp_seconds', {}).value = seconds(Date.now())
  }

  /** What the text was made of. */
  read(objects: readonly AnyObject[], { generation, pairs }: Built): void {
    this.metrics.info('config_desired_info', { generation })
    const counts = countsOf<string>(objects.map(({ kind }) => kind))
    for (const kind of this.#kinds) if (!counts.has(kind)) this.metrics.drop({ kind })
    for (const [kind, count] of counts) this.metrics.gauge('objects', { kind }).value = count
    this.#kinds = new Set(counts.keys())

    const secrets = new Map<string, Labels>()
    for (const [key, { good }] of pairs) {
      const [namespace = '', secret = ''] = key.split('/', 2)
      if (good === undefined) continue
      secrets.set(key, { namespace, secret })
      this.metrics.gauge('certificate_expiration_timestamp_seconds', { namespace, secret }).value =
        seconds(good.notAfter)
    }
    for (const [key, labels] of this.#secrets) if (!secrets.has(key)) this.metrics.drop(labels)
    this.#secrets = secrets
  }

  settled(outcome: Outcome, took: number): void {
    const result = resultOf(outcome)
    this.metrics.counter('publishes_total', { result }).value++
    if (outcome.kind !== 'applied') return
    this.metrics.histogram('publish_duration_seconds', {}).observe(seconds(took))
    this.metrics.info('config_applied_info', { generation: outcome.generation })
  }

  /** What the relays of the fleet said. */
  asked(states: readonly PodState[], generation: string): void {
    const counts = countsOf(states.map(state => podStateOf(state, generation)))
    for (const state of podStates)
      this.metrics.gauge('fleet_pods', { state }).value = counts.get(state) ?? 0
  }

  judged(statuses: ReadonlyMap<string, Status>): void {
    const byNamespace = Map.groupBy(statuses, ([key]) => key.split('/', 1)[0] ?? '')
    for (const namespace of this.#namespaces)
      if (!byNamespace.has(namespace))
        for (const state of states) this.metrics.drop({ namespace, state })
    for (const [namespace, held] of byNamespace) {
      const counts = countsOf(held.map(([, status]) => stateOf(status)))
      for (const state of states)
        this.metrics.gauge('mailproxies', { namespace, state }).value = counts.get(state) ?? 0
    }
    this.#namespaces = new Set(byNamespace.keys())
  }
}

const podStates = controllerMetrics.fleet_pods.labels.state

function podStateOf(state: PodState, generation: string): (typeof podStates)[number] {
  if (state.kind === 'silent') return 'silent'
  return state.generation === generation ? 'agreed' : 'different'
}

interface Labels {
  readonly [label: string]: string
}

const states = controllerMetrics.mailproxies.labels.state
type State = (typeof states)[number]

function stateOf({ conditions }: Status): State {
  const accepted = conditions.find(({ type }) => type === 'Accepted')
  if (accepted?.status === 'True')
    return accepted.reason === 'PartiallyInvalid' ? 'partially_invalid' : 'accepted'
  return accepted?.reason === 'Conflicted' ? 'conflicted' : 'rejected'
}

function resultOf(outcome: Outcome): 'applied' | 'partial' | 'refused' | 'unreachable' | 'failed' {
  if (outcome.kind !== 'applied') return outcome.kind
  return outcome.listeners.every(one => one.outcome === 'applied') ? 'applied' : 'partial'
}

const countsOf = <T>(words: readonly T[]): ReadonlyMap<T, number> =>
  new Map([...Map.groupBy(words, word => word)].map(([word, all]) => [word, all.length]))
