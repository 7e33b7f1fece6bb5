import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { processTree } from './usage.ts'

/** How long a process may take to end before it is killed. */
const patience = 5_000

/** The proxies run alone on one core; clients, backend, auth server and the bench itself on the other. */
export const cores = { proxy: 0, load: 1 }

const running = new Set<ChildProcess>()

export interface Place {
  readonly core: number
  /** The limit of open files, `undefined` for the bench's own. */
  readonly files: number | undefined
  /** Where standard output and error go. */
  readonly log: string
}

/** Starts a program on one core. The child's pid is the program's own: each step before it is an exec. */
export function start(command: readonly string[], { core, files, log }: Place): ChildProcess {
  const limit = files === undefined ? [] : ['prlimit', `--nofile=${files}:${files}`]
  const output = openSync(log, 'a')
  const child = spawn('taskset', ['-c', String(core), ...limit, ...command], {
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  return adopt(child)
}

/** From here on the child is ended with the bench, however that ends. */
export function adopt(child: ChildProcess): ChildProcess {
  running.add(child)
  child.once('exit', () => running.delete(child))
  child.once('error', () => running.delete(child))
  return child
}

/** Ends a process and all that descend from it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return
  const tree = processTree(child.pid)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  const patient = new AbortController()
  const late = pause(patience, 'late', { signal: patient.signal }).catch(() => 'ended')
  if ((await Promise.race([ended, late])) === 'late') {
    for (const pid of tree) kill(pid)
    await ended
  }
  patient.abort()
}

/** For the way out that leaves no time to wait. */
export function killAll(): void {
  for (const child of running) {
    if (child.pid !== undefined) for (const pid of processTree(child.pid).toReversed()) kill(pid)
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** The ends of logs, for an error that names them. */
export function lastWords(logs: readonly string[]): string {
  const texts = logs.filter(log => existsSync(log)).map(log => readFileSync(log, 'utf8').trimEnd())
  return texts.flatMap(text => text.split('\n').slice(-24)).join('\n')
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended first.
  }
}
