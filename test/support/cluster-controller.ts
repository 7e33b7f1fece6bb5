/** A controller of an API server in this process, with a relay that applies whatever it is given. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openCluster } from '../../src/bin/cluster.ts'
import { controllerArguments } from '../../src/bin/controller-arguments.ts'
import { ControllerMeters } from '../../src/bin/controller-meters.ts'
import { Controller } from '../../src/bin/controller-program.ts'
import { listen } from '../../src/handoff/listen.ts'
import { accepted, load } from '../../src/handoff/load.ts'
import { createLog } from '../../src/observe/log.ts'
import type { Clock } from '../../src/source/clock.ts'
import { listenersOf } from './applied-listeners.ts'
import { eventually } from './programs.ts'

export type LogRecord = Readonly<Record<string, unknown>>

export interface ClusterController {
  readonly records: readonly LogRecord[]
  /** The text that the relay should run; empty while there is none. */
  text(): Promise<string>
  /** Waits until the text is so; answers it. */
  until(what: string, is: (text: string) => boolean): Promise<string>
  logged(what: string, is: (record: LogRecord) => boolean): Promise<LogRecord>
  /** The sum of a metric's series that have all of these words in their line. */
  metric(name: string, ...words: readonly string[]): Promise<number>
  close(): Promise<void>
}

const open = new Set<ClusterController>()
// A test that failed leaves its controllers behind.
after(() => Promise.all([...open].map(one => one.close())))

/** Time that runs so many times as fast. */
export const hurried = (times: number): Clock => ({
  now: () => performance.now() * times,
  after(delay, run) {
    const timer = setTimeout(run, delay / times)
    return () => clearTimeout(timer)
  },
})

export interface Surroundings {
  readonly clock?: Clock
  readonly statePort?: number
}

export async function clusterController(
  kubeconfig: string,
  flags: readonly string[],
  surroundings: Surroundings = {},
): Promise<ClusterController> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-'))
  const to = join(dir, 'handoff')
  await mkdir(to)
  const words = ['--from', 'cluster', '--kubeconfig', kubeconfig, '--to', to, '--http', 'off']
  const asked = controllerArguments([...words, ...flags])
  if (asked.do !== 'run' || !('leaseName' in asked.options.from))
    throw new Error(JSON.stringify(asked))
  const { from, http: _, to: __, ...text } = asked.options
  const records: LogRecord[] = []
  const write = (line: string) => {
    records.push(JSON.parse(line))
  }
  const log = createLog({ level: 'debug', target: { write } })
  const meters = new ControllerMeters()
  const relay = await applyingRelay(to)
  const cluster = await openCluster(from, { ...text, log, meters, ...surroundings })
  const { source, report } = cluster
  const controller = new Controller({
    source,
    to,
    text,
    localEndpoints: false,
    log,
    meters,
    report,
  })
  await controller.start()
  cluster.start()
  const read = () => readFile(join(to, 'wanted'), 'utf8').catch(() => '')
  const running: ClusterController = {
    records,
    text: read,
    until: (what, is) =>
      eventually(what, async () => {
        const text = await read()
        return is(text) ? text : undefined
      }),
    logged: (what, is) => eventually(what, () => records.find(is)),
    async metric(name, ...parts) {
      const { body } = await meters.metrics.page()
      const lines = body.split('\n').filter(line => line.startsWith(name))
      const found = lines.filter(line => parts.every(part => line.includes(part)))
      return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    },
    async close() {
      open.delete(running)
      await controller.close()
      await cluster.close()
      await relay.close()
      log.close()
      await rm(dir, { recursive: true })
    },
  }
  open.add(running)
  return running
}

function applyingRelay(to: string) {
  return listen(to, async generation => {
    const { text = '' } = (await load(to, generation)) ?? {}
    await accepted(to, generation)
    return { kind: 'applied', generation, listeners: listenersOf(text) }
  })
}
