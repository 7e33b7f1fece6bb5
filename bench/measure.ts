import { setTimeout as pause } from 'node:timers/promises'
import type { Form } from './form.ts'
import type { Generator, Outcome } from './generator.ts'
import { startProxy } from './proxy.ts'
import { figure, type Load, type Row } from './rows.ts'
import type { System } from './systems.ts'
import { cpuUsed, memoryUsed } from './usage.ts'

/** How long a proxy is left alone before its memory is read. */
const settling = 1_000

const mebibyte = 2 ** 20

export interface Bench {
  readonly form: Form
  readonly generator: Generator
  readonly certificate: { readonly certificate: string; readonly key: string }
  readonly dir: string
  /** The limit of open files for the proxies. */
  readonly files: number
}

/** The share of a load's time that each side kept its core busy: the proxy's near 1 shows that nothing else limited. */
export interface Busy {
  readonly proxy: number
  readonly load: number
}

export interface Figure {
  readonly value: number
  /** Not for memory. */
  readonly busy: Busy | undefined
}

/** One measurement of one row on one system. */
export interface Sample extends Figure {
  readonly row: string
  readonly system: string
}

/** A system at work. */
export interface Subject {
  readonly pids: () => readonly number[]
  readonly generator: Generator
  /** Does a load at the row's port; all of it, or it throws. */
  run(load: Load): Promise<Outcome>
}

/** Starts the system, warms it up, measures, and stops it. */
export async function measure(bench: Bench, row: Row, system: System): Promise<Sample> {
  const found = await atWork(bench, row, system, subject =>
    (row.measures === 'cpu' ? cpu : memory)(subject, row, row.load(bench.form)),
  )
  return { row: row.id, system: system.name, ...found }
}

/** Starts the system and warms it up for a row, lets `work` use it, and stops it. */
export async function atWork<T>(
  { form, generator, certificate, dir, files }: Bench,
  row: Row,
  system: System,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const proxy = await startProxy(system, { ...generator.ports, certificate, dir, files })
  const run = async (load: Load) => {
    const outcome = await generator.run(load, proxy.ports[row.port], row.port === 'tls')
    const fault = incomplete(load, outcome)
    if (fault) throw new Error(`${fault}\n${proxy.words()}`)
    return outcome
  }
  try {
    for (const load of row.warmUp(form)) await run(load)
    return await work({ pids: proxy.pids, generator, run })
  } finally {
    await proxy.stop()
  }
}

/** Why a load did not do all of its work; `undefined` where every session and every octet is there. */
export function incomplete(load: Load, outcome: Outcome): string | undefined {
  const { done, failed, fault, received, sent } = outcome
  if (failed > 0 || done < load.count)
    return `${done} of ${load.count} sessions succeeded, ${failed} failed (${fault})`
  const bytes = load.count * load.repeat * mebibyte
  if (load.kind === 'down' && received < bytes) return `${received} of ${bytes} octets arrived`
  if (load.kind === 'up' && sent < bytes) return `${sent} of ${bytes} octets were sent`
  return undefined
}

async function cpu({ pids, run }: Subject, row: Row, load: Load): Promise<Figure> {
  const before = cpuUsed(pids())
  const { seconds, idle } = await run(load)
  const proxy = cpuUsed(pids()) - before
  const busy = { proxy: proxy / seconds, load: 1 - idle / seconds }
  return { value: figure(row, proxy, load), busy }
}

/** What so many sessions that wait for nothing add to the proxy's memory. */
async function memory({ pids, generator, run }: Subject, row: Row, load: Load): Promise<Figure> {
  await pause(settling)
  const before = memoryUsed(pids())
  await run(load)
  await pause(settling)
  const added = memoryUsed(pids()) - before
  const { failed, fault } = await generator.leave()
  if (failed > 0) throw new Error(`${failed} idle sessions were lost (${fault})`)
  return { value: figure(row, added, load), busy: undefined }
}
