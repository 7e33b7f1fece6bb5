import type { KeyPair } from './certificate.ts'
import type { Form } from './form.ts'
import type { Aim, Generator } from './generator.ts'
import { incomplete, type Load, type Outcome } from './load.ts'
import { kindOf, type Port } from './ports.ts'
import { type StartedProxy, startProxy } from './proxy.ts'
import type { Row } from './row.ts'
import type { System } from './systems.ts'

export interface Bench {
  readonly form: Form
  readonly generator: Generator
  readonly certificate: KeyPair
  readonly dir: string
  /** The limit of open files for the proxies. */
  readonly files: number
}

/** The share of a load's time that each side kept its core busy: the proxy's near 1 shows that nothing else limited. */
export interface Busy {
  readonly proxy: number
  readonly load: number
}

/** What a measurement came to. */
export interface Figures {
  /** By the row's lines. */
  readonly values: Readonly<Record<string, number>>
  /** Where processor time was measured. */
  readonly busy?: Busy
}

export type Method = (bench: Bench, row: Row, system: System) => Promise<Figures>

/** A system at work. */
export interface Subject {
  readonly proxy: StartedProxy
  readonly generator: Generator
  /** Does a load at the row's port; all of it, or it throws. */
  run(load: Load): Promise<Outcome>
}

/** Starts the system; it may not listen yet. */
export function launch(bench: Bench, system: System): Promise<StartedProxy> {
  const { generator, certificate, dir, files } = bench
  const { backends, auth } = generator
  return startProxy(system, { backends, auth, certificate, dir, files })
}

/** Starts the system and warms it up for a row, lets `work` use it, and stops it. */
export async function atWork<T>(
  bench: Bench,
  row: Row,
  system: System,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const proxy = await launch(bench, system)
  const { generator, form } = bench
  const aim = aimAt(row.port, proxy.ports[row.port])
  const run = async (load: Load) => {
    const outcome = await generator.run(load, aim)
    const fault = incomplete(load, outcome)
    if (fault) throw new Error(`${fault}\n${proxy.words()}`)
    return outcome
  }
  try {
    await proxy.accepts()
    for (const load of row.warmUp(form, system.compiling)) await run(load)
    return await work({ proxy, generator, run })
  } finally {
    await proxy.stop()
  }
}

export function aimAt(port: Port, number: number): Aim {
  return { port: number, ...kindOf[port] }
}
