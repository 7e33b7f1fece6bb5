import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { adopt, cores, hasEnded } from './children.ts'
import type { Load } from './rows.ts'

const sources = join(import.meta.dirname, 'load')

/** The most that any one load may take, in seconds. */
const mostSeconds = 60

/** What became of one load. Times in seconds, octets as the clients counted them. */
export interface Outcome {
  readonly done: number
  readonly failed: number
  readonly received: number
  readonly sent: number
  readonly seconds: number
  /** How long the load program had nothing to do. */
  readonly idle: number
  /** What went wrong first; empty where nothing did. */
  readonly fault: string
}

/** The load program: clients, fake backend and auth server, on their own core. */
export interface Generator {
  readonly pid: number
  readonly ports: { readonly backend: number; readonly auth: number }
  run(load: Load, port: number, tls: boolean): Promise<Outcome>
  /** Ends the sessions that an `idle` load left open. */
  leave(): Promise<Outcome>
  close(): Promise<void>
}

/** Builds the load program into `dir` and starts it. */
export async function startGenerator(dir: string, files: number): Promise<Generator> {
  const program = join(dir, 'load')
  build(program)
  const child = spawn(
    'taskset',
    ['-c', String(cores.load), 'prlimit', `--nofile=${files}:${files}`, program],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  adopt(child)
  const answers = createInterface({ input: child.stdout })
  const ports = parsePorts(await nextLine(answers, child))
  const ask = async (command: string): Promise<Outcome> => {
    const answer = nextLine(answers, child)
    child.stdin.write(`${command}\n`)
    return parseOutcome(await answer)
  }
  return {
    pid: child.pid ?? 0,
    ports,
    run: ({ kind, count, atOnce, repeat }, port, tls) =>
      ask(`run ${kind} ${port} ${tls ? 1 : 0} ${count} ${atOnce} ${repeat} ${mostSeconds}`),
    leave: () => ask('leave'),
    close: async () => {
      if (hasEnded(child)) return
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.stdin.end()
      await ended
    },
  }
}

function build(program: string): void {
  const files = readdirSync(sources).filter(name => name.endsWith('.c'))
  const paths = files.map(name => join(sources, name))
  execFileSync('cc', ['-O2', '-Wall', '-o', program, ...paths, '-lssl', '-lcrypto'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

function nextLine(lines: Interface, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error('the load program ended by itself'))
    child.once('exit', ended)
    lines.once('line', line => {
      child.off('exit', ended)
      resolve(line)
    })
  })
}

function parsePorts(line: string): Generator['ports'] {
  const members = membersOf(line)
  return { backend: count(members, 'backend'), auth: count(members, 'auth') }
}

function parseOutcome(line: string): Outcome {
  const members = membersOf(line)
  return {
    done: count(members, 'done'),
    failed: count(members, 'failed'),
    received: count(members, 'received'),
    sent: count(members, 'sent'),
    seconds: count(members, 'seconds'),
    idle: count(members, 'idle'),
    fault: String(members.get('fault')),
  }
}

function membersOf(line: string): ReadonlyMap<string, unknown> {
  const parsed: unknown = JSON.parse(line)
  return new Map(Object.entries(Object(parsed)))
}

function count(members: ReadonlyMap<string, unknown>, name: string): number {
  const value = members.get(name)
  if (typeof value !== 'number') throw new Error(`the load program gave no ${name}`)
  return value
}
