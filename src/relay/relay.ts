import { randomBytes } from 'node:crypto'
import type { Listen, RelayConfig, ServerSettings } from '../config/config.ts'
import { diff, listeners, socketKey } from '../config/diff.ts'
import type { ListenerAnswer } from '../handoff/answer.ts'
import type { Log } from '../observe/log.ts'
import { Lender } from '../wire/lend.ts'
import { Wheel } from '../wire/wheel.ts'
import { Backends } from './backends.ts'
import { Descriptors } from './descriptors.ts'
import { Limits } from './limits.ts'
import { Listener } from './listener.ts'
import { Resolvers } from './resolvers.ts'
import { type Runtime, runtime } from './runtime.ts'
import { Sessions } from './sessions.ts'
import type { RelayMetrics, Shared } from './shared.ts'
import type { KeyFault } from './tls-options.ts'

/**
 * The listeners of a process and what they share. A configuration applies in place: a listener that
 * both have stays open, sessions keep what they began with, and one that cannot be opened or whose
 * keys cannot be used costs only itself.
 */
export class Relay {
  readonly #shared: Shared
  readonly #listeners = new Map<string, Listener>()
  #applied: readonly ListenerAnswer[] = []

  constructor(about: {
    readonly log: Log
    readonly metrics: RelayMetrics
    readonly logOf?: (server: ServerSettings) => Log
  }) {
    const prefix = randomBytes(6).toString('base64url').replaceAll('_', '/')
    let counter = 0
    this.#shared = {
      wheel: new Wheel(),
      lender: new Lender(),
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
  }

  /** What became of each listener of the configuration that was applied last. */
  get applied(): readonly ListenerAnswer[] {
    return this.#applied
  }

  get shared(): Shared {
    return this.#shared
  }

  async apply(config: RelayConfig): Promise<readonly ListenerAnswer[]> {
    const open = [...this.#listeners.values()].map(({ listen }) => listen)
    const changes = diff(open, config)
    await this.#close(changes.close)
    const runtimes = new Map(
      config.servers.map(server => [server, runtime(server, config, this.#shared.backends)]),
    )
    const answers = new Map<Listen, ListenerAnswer>()
    for (const { listen, server } of changes.keep)
      answers.set(listen, this.#keep(listen, runtimes.get(server)))
    const opening = changes.open.map(async ({ listen, server }) => {
      answers.set(listen, await this.#open(listen, runtimes.get(server)))
    })
    await Promise.all(opening)
    this.#applied = listeners(config).flatMap(({ listen }) => answers.get(listen) ?? [])
    return this.#applied
  }

  /** Accepts no more; sessions go on. */
  async stopAccepting(): Promise<void> {
    await this.#close([...this.#listeners.values()].map(({ listen }) => listen))
  }

  #keep(listen: Listen, made: Runtime | KeyFault | undefined): ListenerAnswer {
    if (!isRuntime(made)) return answer(listen, 'kept', keyReason(made))
    this.#listeners.get(socketKey(listen))?.serve(listen, made)
    return answer(listen, 'applied')
  }

  async #open(listen: Listen, made: Runtime | KeyFault | undefined): Promise<ListenerAnswer> {
    if (!isRuntime(made)) return answer(listen, 'failed', keyReason(made))
    try {
      const listener = await Listener.open(listen, made, this.#shared)
      this.#listeners.set(socketKey(listen), listener)
      return answer(listen, 'applied')
    } catch (error) {
      return answer(listen, 'failed', bindReason(error))
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

function isRuntime(made: Runtime | KeyFault | undefined): made is Runtime {
  return made !== undefined && 'protocol' in made
}

function keyReason(fault: KeyFault | undefined): string {
  return fault?.file ? `${fault.file}: ${fault.reason}` : (fault?.reason ?? 'no such server')
}

function answer(listen: Listen, outcome: 'applied'): ListenerAnswer
function answer(listen: Listen, outcome: 'kept' | 'failed', reason: string): ListenerAnswer
function answer(
  { name, address, port }: Listen,
  outcome: 'applied' | 'kept' | 'failed',
  reason = '',
): ListenerAnswer {
  const key = { name, address, port }
  return outcome === 'applied' ? { ...key, outcome } : { ...key, outcome, reason }
}

const bindFaults: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'address already in use'],
  ['EACCES', 'permission denied: ports below 1024 need a privilege'],
  ['EADDRNOTAVAIL', 'the machine has no such address'],
])

function bindReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return bindFaults.get(code) ?? error.message
}
