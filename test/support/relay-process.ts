/** The relay as a process of its own, as it runs in a pod or under systemd. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
  readonly failure?: string
  readonly reason?: string
  readonly backendTls?: boolean
}

export interface RelayProcess {
  readonly sessions: () => readonly SessionRecord[]
  /** The record of the session that a client at `source` had, once it has ended. */
  readonly sessionOf: (source: string) => Promise<SessionRecord>
  readonly output: () => string
  readonly metrics: () => Promise<string>
  /** Writes another text and sends HUP; done when the relay has applied it. */
  readonly reload: (text: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Starts a relay on `text`, whose files it may name relative to `folder`. */
export async function startRelay(folder: string, text: string): Promise<RelayProcess> {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'relay.conf')
  writeFileSync(file, text)
  const http = `127.0.0.1:${await freePort()}`
  const relay = start(process.execPath, [program, '-c', file, '-p', folder, '--http', http])
  const applied = () => relay.output().split('"configuration applied"').length - 1
  await untilUp('the relay', relay, () => applied() > 0)
  const sessions = () => sessionRecords(relay.output())
  return {
    sessions,
    sessionOf: source =>
      eventually(`the record of a session from ${source}`, () =>
        sessions().find(({ client }) => client === source || client.startsWith(`${source}:`)),
      ),
    output: relay.output,
    metrics: async () => await (await fetch(`http://${http}/metrics`)).text(),
    reload: async next => {
      const before = applied()
      writeFileSync(file, next)
      relay.signal('SIGHUP')
      await eventually('the relay to reload', () => applied() > before)
    },
    stop: async () => {
      // A first one would wait for the sessions that a failed test left open.
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
