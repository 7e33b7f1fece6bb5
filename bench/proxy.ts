import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cores, hasEnded, lastWords, start, stop } from './children.ts'
import type { Setting } from './configuration.ts'
import { freePorts } from './free-ports.ts'
import type { PortNumbers } from './ports.ts'
import type { System } from './systems.ts'
import { processTree } from './usage.ts'

/** How long a proxy may take until it accepts connections, in ms. */
const startUp = 15_000

/** How often it is tried, in ms. */
const trying = { seldom: 20, often: 1 }

/** A proxy that was started; whether it listens already is not known. */
export interface StartedProxy {
  readonly pids: () => readonly number[]
  readonly ports: PortNumbers
  /** When its program was started, as `performance.now()` has it. */
  readonly began: number
  /** What it printed and logged last. */
  readonly words: () => string
  /** Resolves once every port accepts connections. */
  accepts(): Promise<void>
  /** Resolves once a session at the IMAP port is greeted. */
  greets(): Promise<void>
  /** Has it take up a configuration that differs. */
  reload(): void
  stop(): Promise<void>
}

export type Place = Omit<Setting, 'dir' | 'ports' | 'patience'> & { readonly dir: string }

/** Starts a system afresh, in a folder of its own below `dir`. */
export async function startProxy(system: System, place: Place): Promise<StartedProxy> {
  const dir = mkdtempSync(join(place.dir, `${system.name}-`))
  const numbers = { ...(await freePorts()), ...system.fixed }
  const setting: Setting = { ...place, dir, ports: numbers, patience: '1m' }
  const log = join(dir, 'output.log')
  const command = system.prepare(setting)
  const began = performance.now()
  const child = start(command, { core: cores.proxy, files: place.files, log })
  const words = () => lastWords([log, join(dir, 'error.log')])
  const within = async (work: Promise<void>) => {
    try {
      await work
    } catch (cause) {
      throw new Error(`${system.name} did not start:\n${words()}`, { cause })
    }
  }
  return {
    pids: () => processTree(child.pid ?? 0),
    ports: numbers,
    began,
    words,
    accepts: () => within(accepting(system, numbers, child)),
    greets: () => within(until(() => connects(numbers.imap, 'data'), child, trying.often)),
    reload: () => {
      if (system.reload === undefined) throw new Error(`${system.name} has no reload`)
      system.prepare({ ...setting, patience: '2m' })
      child.kill(system.reload)
    },
    stop: () => stop(child),
  }
}

async function accepting(system: System, numbers: PortNumbers, child: ChildProcess) {
  for (const port of system.ports)
    await until(() => connects(numbers[port], 'connect'), child, trying.seldom)
}

async function until(found: () => Promise<boolean>, child: ChildProcess, gap: number) {
  const deadline = Date.now() + startUp
  while (!hasEnded(child) && Date.now() < deadline) {
    if (await found()) return
    await pause(gap)
  }
  throw new Error('no connection is accepted')
}

/** Whether a connection came as far as that event. */
async function connects(port: number, event: 'connect' | 'data'): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, event, { signal: AbortSignal.timeout(startUp) })
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
