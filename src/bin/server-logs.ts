import type { ErrorLog, RelayConfig, ServerSettings } from '../config/config.ts'
import type { Log, OpenLog, Output } from '../observe/log.ts'

/** The JSON log goes to stdout; what `error_log` names gets the records of its level besides. */
export function outputs(named: readonly ErrorLog[]): readonly Output[] {
  const loud = named.some(({ target, level }) => target === 'stderr' && level === 'debug')
  return [
    { target: 'stdout', level: loud ? 'debug' : 'info' },
    ...named.filter(({ target }) => target !== 'stderr' && target !== 'none'),
  ]
}

/** The logs that `error_log` of the configuration names: of the program, and of each server block. */
export class ServerLogs {
  readonly #log: OpenLog
  #main = ''
  #logs = new Map<string, Log>()

  constructor(log: OpenLog) {
    this.#log = log
  }

  /** Takes on the logs of a new configuration; where a file cannot be opened, the old ones go on. */
  apply({ main, servers }: RelayConfig): void {
    const all = [main.error_log, ...servers.map(({ settings }) => settings.error_log)]
    const open = new Map(all.map(one => [keyOf(one), outputs(one)]))
    try {
      const logs = new Map([...open].map(([key, some]) => [key, this.#log.beside(some)]))
      this.#log.retarget(outputs(main.error_log), [...open.values()].flat())
      this.#logs = logs
      this.#main = keyOf(main.error_log)
    } catch (error) {
      this.#log.error('log file not opened; the old ones go on', { error })
    }
  }

  of({ error_log }: ServerSettings): Log {
    const key = keyOf(error_log)
    return key === this.#main ? this.#log : (this.#logs.get(key) ?? this.#log)
  }
}

const keys = new WeakMap<readonly ErrorLog[], string>()

/** Once for each block, not for each session. */
function keyOf(logs: readonly ErrorLog[]): string {
  const known = keys.get(logs)
  if (known !== undefined) return known
  const key = JSON.stringify(logs)
  keys.set(logs, key)
  return key
}
