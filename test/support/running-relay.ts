import { EventEmitter, once } from 'node:events'
import type { RelayConfig } from '../../src/config/config.ts'
import { load } from '../../src/config/load.ts'
import { pretty } from '../../src/directives/error.ts'
import type { ListenerAnswer } from '../../src/handoff/answer.ts'
import { createLog } from '../../src/observe/log.ts'
import { relayMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { leave } from '../../src/relay/leave.ts'
import { Relay } from '../../src/relay/relay.ts'
import { knownHandles } from './connections.ts'
import { freePort } from './ports.ts'

/** A log record as it would stand in the log. */
export type LogRecord = Readonly<Record<string, unknown>>

/** A relay in this process. */
export interface RunningRelay {
  /** The port of the listener that the text calls `{name}`. */
  port(name: string): number
  /** The records so far. */
  readonly records: readonly LogRecord[]
  /** The next `session ended` that nobody took yet. */
  ended(): Promise<LogRecord>
  /** `main`: directives of the main context. */
  apply(text: string, main?: string): Promise<readonly ListenerAnswer[]>
  /** What it runs on. */
  readonly config: RelayConfig
  metrics(): Promise<string>
  readonly relay: Relay
  leave(within: number): Promise<void>
  close(): Promise<void>
}

/**
 * Starts a relay on `text`, the inside of a `mail {}` block, in which `{imap}` stands for a free port
 * of 127.0.0.1 named imap: `listen {imap};`.
 */
export async function startRelay(
  text: string,
  on: 'handles' | 'streams' = 'handles',
): Promise<RunningRelay> {
  const ports = new Map<string, number>()
  const records: LogRecord[] = []
  const arrived = new EventEmitter()
  let taken = 0
  const log = createLog({
    level: 'debug',
    target: {
      write: line => {
        records.push(JSON.parse(line))
        arrived.emit('record')
      },
    },
  })
  const metrics = createMetrics(relayMetrics)
  const relay = new Relay({
    ...{ log, metrics },
    handles: on === 'handles' ? knownHandles() : undefined,
  })
  let config = await configOf(text, ports)
  const apply = async (inside: string, main = '') => {
    config = await configOf(inside, ports, main)
    return relay.apply(config)
  }
  const answers = await apply(text)
  const failed = answers.filter(({ outcome }) => outcome !== 'applied')
  if (failed.length > 0) throw new Error(JSON.stringify(failed))
  return {
    relay,
    records,
    apply,
    get config() {
      return config
    },
    port: name => ports.get(name) ?? 0,
    metrics: async () => (await metrics.page()).body,
    ended: async () => {
      for (;;) {
        const found = records.filter(({ msg }) => msg === 'session ended')[taken]
        if (found) {
          taken++
          return found
        }
        await once(arrived, 'record')
      }
    },
    leave: within => leave(relay, within),
    close: async () => {
      await leave(relay, 0)
      log.close()
    },
  }
}

/** The configuration of a `mail {}` block's inside. */
async function configOf(
  inside: string,
  ports: Map<string, number>,
  main = '',
): Promise<RelayConfig> {
  for (const [, name = ''] of inside.matchAll(/\{(\w+)\}/g)) {
    if (!ports.has(name)) ports.set(name, await freePort())
  }
  const text = inside.replace(
    /\{(\w+)\}/g,
    (_, name: string) => `127.0.0.1:${ports.get(name)} name=${name}`,
  )
  const loaded = load(
    { file: 'test.conf', text: `${main}\nmail {\n${text}\n}` },
    {
      read: () => ({ error: 'No such file or directory' }),
      glob: () => [],
      hostname: 'mail.example.com',
      prefix: '/',
      confDirectory: '/',
    },
  )
  if (loaded.kind === 'faults') throw new Error(loaded.faults.map(pretty).join('\n'))
  return loaded.config
}
