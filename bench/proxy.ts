import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { cores, hasEnded, lastWords, start, stop } from './children.ts'
import type { Setting } from './configuration.ts'
import type { Port } from './rows.ts'
import type { System } from './systems.ts'
import { processTree } from './usage.ts'

/** How long a proxy may take until it accepts connections. */
const startUp = 15_000

/** A proxy that accepts connections. */
export interface Proxy {
  readonly pids: () => readonly number[]
  readonly ports: Readonly<Record<Port, number>>
  /** What it printed and logged last. */
  readonly words: () => string
  stop(): Promise<void>
}

/** Starts a system afresh, in a folder of its own below `dir`. */
export async function startProxy(
  system: System,
  place: Omit<Setting, 'dir' | 'ports'> & { readonly dir: string; readonly files: number },
): Promise<Proxy> {
  const dir = mkdtempSync(join(place.dir, `${system.name}-`))
  const ports = { plain: await freePort(), tls: await freePort(), passing: await freePort() }
  const log = join(dir, 'output.log')
  const command = system.prepare({ ...place, dir, ports }, place.files)
  const child = start(command, { core: cores.proxy, files: place.files, log })
  const words = () => lastWords([log, join(dir, 'error.log')])
  try {
    for (const port of system.ports) await accepts(ports[port], child)
  } catch (cause) {
    await stop(child)
    throw new Error(`${system.name} did not start:\n${words()}`, { cause })
  }
  return {
    pids: () => processTree(child.pid ?? 0),
    ports,
    words,
    stop: () => stop(child),
  }
}

async function accepts(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + startUp
  while (!hasEnded(child) && Date.now() < deadline) {
    if (await connects(port)) return
    await pause(20)
  }
  throw new Error(`nothing accepts connections at port ${port}`)
}

async function connects(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
