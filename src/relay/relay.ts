import { randomBytes } from 'node:crypto'
import type { Listen, RelayConfig, ServerConfig } from '../config/config.ts'
import type { ListenerAnswer } from '../handoff/answer.ts'
import type { Log } from '../observe/log.ts'
import { Lender } from '../wire/lend.ts'
import { Wheel } from '../wire/wheel.ts'
import { Backends } from './backends.ts'
import { Listener } from './listener.ts'
import { names } from './names.ts'
import { type Runtime, runtime } from './runtime.ts'
import { Sessions } from './sessions.ts'
import type { RelayMetrics, Shared } from './shared.ts'
import type { KeyFault } from './tls.ts'

/**
 * The listeners of a process and what they share. A configuration applies in place: a listener that
 * both have stays open, sessions keep what they began with, and one that cannot be opened or whose
 * keys cannot be used costs only itself.
 */
export class Relay {
  readonly #shared: Shared
  readonly #listeners = new Map<string, Listener>()
  #applied: readonly ListenerAnswer[] = []

  constructor(about: { readonly log: Log; readonly metrics: RelayMetrics }) {
    const prefix = randomBytes(6).toString('base64url').replaceAll('_', '/')
    let counter = 0
    this.#shared = {
      wheel: new Wheel(),
      lender: new Lender(),
      backends: new Backends(),
      names: names(),
      metrics: about.metrics,
      log: about.log,
      sessions: new Sessions(),
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
    const wanted = config.servers.flatMap(server =>
      server.listens.map(listen => ({ listen, server })),
    )
    await this.#closeAllBut(new Set(wanted.map(({ listen }) => key(listen))))
    const runtimes = new Map<ServerConfig, Runtime | KeyFault>()
    const answers: ListenerAnswer[] = []
    for (const { listen, server } of wanted) {
      const made = runtimes.get(server) ?? runtime(server, config, this.#shared.backends)
      runtimes.set(server, made)
      answers.push(await this.#serve(listen, made))
    }
    this.#applied = answers
    return answers
  }

  /** Accepts no more; sessions go on. */
  async stopAccepting(): Promise<void> {
    await this.#closeAllBut(new Set())
  }

  async #serve(listen: Listen, made: Runtime | KeyFault): Promise<ListenerAnswer> {
    const { name, address, port } = listen
    const open = this.#listeners.get(key(listen))
    if ('reason' in made) {
      const reason = made.file ? `${made.file}: ${made.reason}` : made.reason
      return { name, address, port, outcome: open ? 'kept' : 'failed', reason }
    }
    if (open) {
      open.serve(listen, made)
      return { name, address, port, outcome: 'applied' }
    }
    try {
      this.#listeners.set(key(listen), await Listener.open(listen, made, this.#shared))
      return { name, address, port, outcome: 'applied' }
    } catch (error) {
      return { name, address, port, outcome: 'failed', reason: reasonOf(error) }
    }
  }

  async #closeAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#listeners].filter(([name]) => !wanted.has(name))
    for (const [name] of gone) this.#listeners.delete(name)
    await Promise.all(gone.map(([, listener]) => listener.close()))
  }
}

function key({ address, port }: Listen): string {
  return `${address} ${port}`
}

const bindFaults: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'address already in use'],
  ['EACCES', 'permission denied: ports below 1024 need a privilege'],
  ['EADDRNOTAVAIL', 'the machine has no such address'],
])

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return bindFaults.get(code) ?? error.message
}
