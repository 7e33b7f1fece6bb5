/** The relay as a process of its own, as it runs in a pod or under systemd. */
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.ts'
import { eventually, start, untilUp } from './programs.ts'

const program = fileURLToPath(new URL('../../src/bin/relay.ts', import.meta.url))

/** The record `session ended`, as the log has it. */
export interface SessionRecord {
  readonly id: string
  readonly listener: string
  readonly client: string
  readonly login?: string
  readonly backend?: string
  readonly endpoint?: string
  readonly identity?: string
  readonly stage: string
  readonly ended: string
  readonly failure?: string
  readonly reason?: string
  readonly backendTls?: boolean
}

export interface RelayProcess {
  /** The record of the session that a client at `source` had, once it has ended. */
  readonly sessionOf: (source: string) => Promise<SessionRecord>
  readonly metrics: () => Promise<string>
  /** Sends HUP; done when the relay has applied what it read. */
  readonly reload: () => Promise<void>
  /** Sends USR1. */
  readonly reopen: () => void
  readonly stop: () => Promise<void>
}

/** Starts a relay on the configuration `file`, with `folder` as its prefix. */
export async function startRelay(file: string, folder: string): Promise<RelayProcess> {
  return await startRelayWith(['-c', file, '-p', folder])
}

/** Starts a relay that takes its texts from the hand-off folder of a controller. */
export async function startHandedRelay(folder: string): Promise<RelayProcess> {
  return await startRelayWith(['--from', folder])
}

async function startRelayWith(words: readonly string[]): Promise<RelayProcess> {
  const http = `127.0.0.1:${await freePort()}`
  const relay = start(process.execPath, [program, ...words, '--http', http])
  const applied = () => relay.output().split('"configuration applied"').length - 1
  await untilUp('the relay', relay, () => applied() > 0)
  const sessionOf = (source: string) => () =>
    sessionRecords(relay.output()).find(({ client }) => client.startsWith(`${source}:`))
  return {
    sessionOf: source => eventually(`the record of a session from ${source}`, sessionOf(source)),
    metrics: async () => await (await fetch(`http://${http}/metrics`)).text(),
    reload: async () => {
      const before = applied()
      relay.signal('SIGHUP')
      await eventually('the relay to reload', () => applied() > before)
    },
    reopen: () => relay.signal('SIGUSR1'),
    stop: async () => {
      // TERM would wait for the sessions that a failed test left open.
      relay.signal('SIGINT')
      await relay.exited
    },
  }
}

function sessionRecords(output: string): readonly SessionRecord[] {
  return output
    .split('\n')
    .filter(line => line.includes('"session ended"'))
    .map(line => JSON.parse(line))
}
