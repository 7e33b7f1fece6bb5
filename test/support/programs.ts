/**
 * Runs the programs of other projects for the suites: each is started by the suite itself, and ended
 * by its process id at the latest when the suite's own process goes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The daemons of a mail server lie where a user's PATH does not look. */
const path = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter)

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  /** All that it wrote to stdout and stderr so far. */
  readonly output: () => string
  /** The exit code once it has ended. */
  readonly exited: Promise<number>
  readonly signal: (name: NodeJS.Signals) => void
  /** SIGTERM, and SIGKILL when that was not enough within 5 s. */
  readonly stop: () => Promise<void>
}

export interface Part {
  /** A program on PATH, or an absolute path. */
  readonly file: string
  /** The Debian package that brings it. */
  readonly package: string
}

/** Throws one sentence with the command that installs what is missing. */
export function requireParts(parts: readonly Part[]): void {
  const missing = parts.filter(part => !isInstalled(part.file)).map(part => part.package)
  if (missing.length === 0) return
  const packages = [...new Set(missing)].join(' ')
  throw new Error(`this suite needs real servers: apt-get install --yes ${packages}`)
}

function isInstalled(file: string): boolean {
  if (file.startsWith('/')) return existsSync(file)
  return path.split(delimiter).some(folder => existsSync(join(folder, file)))
}

const running = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM')
})
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.once(name, () => process.exit(1))
}

/** Waits until `isUp`, or throws what the program said when it ended instead. */
export async function untilUp(name: string, program: Running, isUp: () => boolean): Promise<void> {
  let ended: number | undefined
  void program.exited.then(code => {
    ended = code
  })
  await eventually(`${name} to start`, () => ended !== undefined || isUp())
  if (ended !== undefined) throw new Error(`${name} ended with ${ended}: ${program.output()}`)
}

/** Starts a program that stays in the foreground until it is told to end. */
export function start(
  file: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(file, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path, ...environment },
  })
  running.add(child)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const exited = new Promise<number>(resolve => {
    child.once('error', error => {
      chunks.push(Buffer.from(error.message))
      running.delete(child)
      resolve(127)
    })
    child.once('exit', code => {
      running.delete(child)
      resolve(code ?? 128)
    })
  })
  return {
    pid: child.pid ?? 0,
    output: () => Buffer.concat(chunks).toString(),
    exited,
    signal: name => child.kill(name),
    stop: async () => {
      child.kill('SIGTERM')
      const last = setTimeout(() => child.kill('SIGKILL'), 5_000)
      await exited
      clearTimeout(last)
    },
  }
}

/** Runs a program to its end with all of its input at once; at most `limit` ms. */
export async function run(
  file: string,
  words: readonly string[],
  input: string | Buffer = '',
  limit = 60_000,
): Promise<Finished> {
  const child = spawn(file, words, { env: { ...process.env, PATH: path, LC_ALL: 'C.UTF-8' } })
  running.add(child)
  const last = setTimeout(() => child.kill('SIGKILL'), limit)
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  // A program that ends before it read its input is judged by its exit code alone.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code]: (number | null)[] = await once(child, 'close')
  clearTimeout(last)
  running.delete(child)
  return {
    code: code ?? 128,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
  }
}

/** Asks again until `probe` gives something, for what lies in other programs' files and ports. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  limit = 10_000,
): Promise<T> {
  const deadline = Date.now() + limit
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`waited ${limit} ms in vain for ${what}`)
    await pause(20)
  }
}

/** Waits for a line of a log that fits `pattern`. */
export function lineOf(log: () => string, pattern: RegExp): Promise<string> {
  return eventually(`a line of a log like ${pattern}`, () =>
    log()
      .split('\n')
      .find(line => pattern.test(line)),
  )
}
