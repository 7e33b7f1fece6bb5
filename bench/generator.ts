import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { adopt, cores, hasEnded } from './children.ts'
import type { Load, Outcome } from './load.ts'
import type { Protocol } from './ports.ts'

const sources = join(import.meta.dirname, 'load')

/** The most that any one load may take, in seconds. */
const mostSeconds = 180

/** Where a load goes. */
export interface Aim {
  readonly port: number
  readonly protocol: Protocol
  readonly tls: boolean
}

/** The load program: clients, fake backends and auth server, on their own core. */
export interface Generator {
  readonly pid: number
  readonly backends: Readonly<Record<Protocol, number>>
  readonly auth: number
  run(load: Load, aim: Aim): Promise<Outcome>
  /** So many NOOPs on each session that an `idle` load left open, one after the other. */
  trips(repeat: number): Promise<Outcome>
  /** So many NOOPs in all on those sessions, this many a second. */
  pace(count: number, rate: number): Promise<Outcome>
  /** One of them asks every millisecond, for so many seconds. */
  probe(seconds: number): Promise<Outcome>
  /** Ends them. */
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
  const ports = membersOf(await nextLine(answers, child))
  const ask = async (command: string): Promise<Outcome> => {
    if (hasEnded(child)) throw new Error('the load program is gone')
    const answer = nextLine(answers, child)
    child.stdin.write(`${command}\n`)
    return parseOutcome(await answer)
  }
  return {
    pid: child.pid ?? 0,
    backends: {
      imap: count(ports, 'imap'),
      pop3: count(ports, 'pop3'),
      smtp: count(ports, 'smtp'),
    },
    auth: count(ports, 'auth'),
    run: (load, aim) => ask(commandFor(load, aim)),
    trips: repeat => ask(`trips ${repeat} ${mostSeconds}`),
    pace: (operations, rate) => ask(`pace ${operations} ${rate} ${mostSeconds}`),
    probe: seconds => ask(`probe ${seconds} ${mostSeconds}`),
    leave: () => ask('leave'),
    close: async () => {
      if (hasEnded(child)) return
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.stdin.end()
      await ended
    },
  }
}

function commandFor(load: Load, { port, protocol, tls }: Aim): string {
  const { kind, count, atOnce, repeat, size = 0, handshake = 'full' } = load
  const protection = tls ? (handshake === 'full' ? 1 : 2) : 0
  const fields = [kind, protocol, port, protection, count, atOnce, repeat, size, mostSeconds]
  return `run ${fields.join(' ')}`
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

function parseOutcome(line: string): Outcome {
  const members = membersOf(line)
  return {
    done: count(members, 'done'),
    failed: count(members, 'failed'),
    resumed: count(members, 'resumed'),
    received: count(members, 'received'),
    sent: count(members, 'sent'),
    seconds: count(members, 'seconds'),
    idle: count(members, 'idle'),
    p50: count(members, 'p50'),
    p99: count(members, 'p99'),
    p999: count(members, 'p999'),
    worst: count(members, 'worst'),
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
