import { randomBytes } from 'node:crypto'
import { type Binding, listeners, placeKey, socketKey } from '../config/binding.ts'
import type { Listen, RelayConfig, ServerSettings } from '../config/config.ts'
import { diff } from '../config/diff.ts'
import type { ListenerAnswer } from '../handoff/answer.ts'
import type { Log } from '../observe/log.ts'
import type { Handles } from '../wire/handles.ts'
import { Lender } from '../wire/lend.ts'
import { Sockets } from '../wire/sockets.ts'
import { Wheel } from '../wire/wheel.ts'
import { Backends } from './backends.ts'
import { Descriptors } from './descriptors.ts'
import { Farewells } from './farewells.ts'
import { fates } from './fate.ts'
import { Limits } from './limits.ts'
import { Listener } from './listener.ts'
import { type Answers, failed, isEmpty, type Prepared, prepare } from './prepare.ts'
import { Resolvers } from './resolvers.ts'
import { runtime } from './runtime.ts'
import { Sessions } from './sessions.ts'
import type { RelayMetrics, Shared } from './shared.ts'

/**
 * The listeners of a process and what they share. A configuration applies in place: a listener that
 * both have stays open, sessions keep what they began with, and one that cannot be opened or whose
 * keys cannot be used costs only itself. Sessions whose listener is gone, or whose endpoint leaves, are
 * told to connect again.
 */
export class Relay {
  readonly #shared: Shared
  readonly #listeners = new Map<string, Listener>()
  readonly #farewells: Farewells
  #applied: readonly ListenerAnswer[] = []
  #stopped = false

  constructor(about: {
    readonly log: Log
    readonly metrics: RelayMetrics
    readonly logOf?: (server: ServerSettings) => Log
    /** Of sockets, if they are proven; else Node's streams are used. */
    readonly handles?: Handles | undefined
  }) {
    const prefix = randomBytes(6).toString('base64url').replaceAll('_', '/')
    let counter = 0
    this.#shared = {
      wheel: new Wheel(),
      sockets: new Sockets(new Lender(), about.handles),
      backends: new Backends(),
      resolvers: new Resolvers(),
      metrics: about.metrics,
      log: about.log,
      logOf: about.logOf ?? (() => about.log),
      sessions: new Sessions(),
      limits: new Limits(),
      descriptors: new Descriptors(),
      newId: () => `${prefix}${(counter++).toString(36)}`,
    }
    this.#farewells = new Farewells(this.#shared.sessions, this.#shared.wheel)
  }

  /** What became of each listener of the configuration that was applied last. */
  get applied(): readonly ListenerAnswer[] {
    return this.#applied
  }

  get shared(): Shared {
    return this.#shared
  }

  get farewells(): Farewells {
    return this.#farewells
  }

  /** Changes nothing once no more is accepted. */
  async apply(config: RelayConfig): Promise<readonly ListenerAnswer[]> {
    if (this.#stopped) return this.#applied
    const open = [...this.#listeners.values()]
    const before = open.flatMap(({ served }) => served)
    const held = new Map(before.map(served => [placeKey(served.listen), served]))
    const changes = diff(
      open.map(({ listen }) => listen),
      config,
    )
    await this.#close(changes.close)
    const runtimes = new Map(
      config.servers.map(server => [server, runtime(server, config, this.#shared)]),
    )
    const prepared = (binding: Binding) => prepare(binding, runtimes, held)
    const kept = changes.keep.map(binding => this.#keep(binding, prepared(binding)))
    const opened = changes.open.map(binding => this.#open(binding, prepared(binding)))
    const answers = new Map([...(await Promise.all([...kept, ...opened]))].flat())
    this.#applied = listeners(config).flatMap(({ listen }) => answers.get(listen) ?? [])
    this.#tell(config)
    return this.#applied
  }

  /** Accepts no more, whatever is still applied; sessions go on. */
  async stopAccepting(): Promise<void> {
    this.#stopped = true
    await this.#close([...this.#listeners.values()].map(({ listen }) => listen))
  }

  #tell(config: RelayConfig): void {
    const within = config.main.worker_shutdown_timeout
    const fate = fates(config)
    const told = Map.groupBy(this.#farewells.tell(fate, within), fate)
    const { listener = [], endpoint = [] } = Object.fromEntries(told)
    const sessions = listener.length + endpoint.length
    if (sessions === 0) return
    this.#shared.log.notice('leaving listeners and endpoints', {
      ...{ sessions, within },
      listeners: [...new Set(listener.map(({ listen }) => listen.name))],
      endpoints: [...new Set(endpoint.map(({ record }) => record.endpoint))],
    })
  }

  async #keep({ listen }: Binding, { serves, answers }: Prepared): Promise<Answers> {
    this.#listeners.get(socketKey(listen))?.serve(listen, serves)
    if (isEmpty(serves)) await this.#close([listen])
    return answers
  }

  async #open({ listen }: Binding, { serves, answers }: Prepared): Promise<Answers> {
    if (isEmpty(serves)) return answers
    try {
      const listener = await Listener.open(listen, serves, this.#shared)
      this.#listeners.set(socketKey(listen), listener)
      if (this.#stopped) await this.#close([listen])
      return answers
    } catch (error) {
      return failed(answers, error)
    }
  }

  async #close(gone: readonly Listen[]): Promise<void> {
    const closing = gone.map(listen => {
      const listener = this.#listeners.get(socketKey(listen))
      this.#listeners.delete(socketKey(listen))
      return listener?.close()
    })
    await Promise.all(closing)
  }
}
