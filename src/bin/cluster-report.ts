/**
 * What the leader of the controllers tells the cluster: it asks every relay behind the published
 * Service what it runs, and writes the statuses once they agree or have had the time to.
 */
import { ask, type PodState } from '../kube/fleet.ts'
import { lacking, type OpenPort } from '../kube/port-entries.ts'
import type { Published } from '../kube/published.ts'
import type { ServicePorts } from '../kube/service-ports.ts'
import type { StatusWriter } from '../kube/status.ts'
import type { Address } from '../kube/timed-status.ts'
import type { Built } from '../model/build.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Answered } from '../model/programmed.ts'
import { fleetStatuses } from '../model/status.ts'
import type { Clock } from '../source/clock.ts'
import type { Report } from './controller-program.ts'
import { Facts } from './facts.ts'

export interface ReportSettings {
  readonly clock: Clock
  readonly writer: StatusWriter
  /** Of MailProxyClasses. */
  readonly classWriter: StatusWriter
  readonly published: Published | undefined
  /** As messages name it. */
  readonly service: string
  readonly ports: ServicePorts | undefined
  readonly statusAddresses: readonly Address[]
  /** The relays' HTTP port. */
  readonly statePort: number
  leads(): boolean
  asked(states: readonly PodState[], generation: string): void
}

/** Without a change, so often all are asked again. */
const period = 30_000
/** While some do not agree yet. */
const impatience = 250
/** A pod that starts, or takes a text a little later, is no news before so long. */
const patience = 10_000

export class ClusterReport implements Report {
  readonly #settings: ReportSettings
  readonly #ending = new AbortController()
  readonly #facts = new Facts()
  /** Since when each of those that do not agree does not. */
  readonly #apart = new Map<string, number>()
  #built: Built | undefined
  #answer: Answered | undefined
  #running: Promise<void> | undefined
  #poked = false
  #wake = (): void => {}

  constructor(settings: ReportSettings) {
    this.#settings = settings
  }

  judged(built: Built, answer: Answered | undefined): void {
    this.#built = built
    this.#answer = answer
    const classes = [...built.classes].map(([key, conditions]) => [key, { conditions }] as const)
    this.#settings.classWriter.want(new Map(classes))
    this.poke()
  }

  /** Something that counts may have changed. */
  poke(): void {
    this.#poked = true
    this.#wake()
    this.#running ??= this.#run()
  }

  async close(): Promise<void> {
    this.#ending.abort()
    this.#wake()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      this.#poked = false
      const delay = await this.#look()
      if (!this.#poked || delay === impatience) await this.#rest(delay)
    }
  }

  /** Answers how long to wait before the next look. */
  async #look(): Promise<number> {
    const { leads, published, ports, asked, statePort, writer } = this.#settings
    const built = this.#built
    if (!built || !leads() || (published && !published.synced)) return period
    const open = openPorts(built)
    ports?.want(open)
    const states = await ask(published?.pods() ?? [], statePort, this.#ending.signal)
    if (this.#ending.signal.aborted || built !== this.#built) return 0
    asked(states, built.generation)
    this.#facts.learn(states)
    const missing = lacking(published?.ports() ?? [], published?.ports() ? open : [])
    if (this.#isSoon(this.#disagreeing(states, missing, built.generation))) return impatience
    const fleet: Fleet = {
      pods: states,
      facts: this.#facts.all,
      published: { service: this.#settings.service, lacking: missing },
    }
    const addresses = this.#addresses()
    const found = fleetStatuses(built, this.#answer, fleet)
    const wanted = [...found].map(([key, status]) => [key, { ...status, addresses }] as const)
    writer.want(new Map(wanted), built.foreign)
    return this.#apart.size > 0 ? patience : period
  }

  /** Who is not as it should be: pods, the Service, and without pods our own relay. */
  #disagreeing(
    states: readonly PodState[],
    missing: ReadonlySet<number>,
    generation: string,
  ): readonly string[] {
    const pods = states.filter(state => state.kind === 'silent' || state.generation !== generation)
    const answer = this.#answer
    const runs = answer && 'generation' in answer ? answer.generation : undefined
    const alone = states.length === 0 && runs !== generation
    return [
      ...pods.map(({ pod }) => `pod ${pod}`),
      ...(missing.size > 0 ? ['service'] : []),
      ...(alone ? ['relay'] : []),
    ]
  }

  /** Whether one of them has not had its time yet. */
  #isSoon(disagreeing: readonly string[]): boolean {
    const now = this.#settings.clock.now()
    for (const known of this.#apart.keys())
      if (!disagreeing.includes(known)) this.#apart.delete(known)
    for (const one of disagreeing) if (!this.#apart.has(one)) this.#apart.set(one, now)
    return [...this.#apart.values()].some(since => now - since < patience)
  }

  #addresses(): readonly Address[] {
    const { statusAddresses, published } = this.#settings
    return statusAddresses.length > 0 ? statusAddresses : (published?.addresses() ?? [])
  }

  #rest(delay: number): Promise<void> {
    return new Promise(done => {
      const cancel = this.#settings.clock.after(delay, done)
      this.#wake = () => {
        cancel()
        done()
      }
      if (this.#ending.signal.aborted) this.#wake()
    })
  }
}

const openPorts = ({ servers }: Built): readonly OpenPort[] =>
  servers.map(({ publicPort, port }) => ({ port: publicPort, targetPort: port }))
