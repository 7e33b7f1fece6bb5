import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'

const bin = (name: string): string => new URL(`../../src/bin/${name}`, import.meta.url).pathname

/** A preload under which reading the Kubernetes client is a fault. */
const withoutClient = `data:text/javascript,import{registerHooks}from"node:module";registerHooks({resolve(s,c,n){if(s.startsWith("@kubernetes/"))throw new Error(s);return n(s,c)}})`

export interface Ended {
  readonly status: number | null
  readonly out: string
  readonly error: string
}

export function start(t: TestContext, program: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', withoutClient, bin(program), ...args])
  t.after(() => child.kill('SIGKILL'))
  return child
}

/** Runs a program to its end. */
export async function run(
  t: TestContext,
  program: string,
  ...args: readonly string[]
): Promise<Ended> {
  const child = start(t, program, ...args)
  const said = { out: '', error: '' }
  child.stdout?.on('data', chunk => {
    said.out += chunk
  })
  child.stderr?.on('data', chunk => {
    said.error += chunk
  })
  await once(child, 'close')
  return { status: child.exitCode, ...said }
}

type Fields = ReadonlyMap<string, unknown>

/** The log of a running program, in which one can wait for a record. */
export class Records {
  readonly #records: Fields[] = []
  #wake = (): void => {}

  constructor(child: ChildProcess) {
    if (!child.stdout) throw new Error('the program has no stdout')
    createInterface(child.stdout).on('line', line => {
      this.#records.push(new Map(Object.entries(JSON.parse(line))))
      this.#wake()
    })
  }

  /** Takes records until one has this message and satisfies `also`. */
  async next(message: string, also: (record: Fields) => boolean = () => true): Promise<Fields> {
    for (;;) {
      const record = this.#records.shift()
      if (record?.get('msg') === message && also(record)) return record
      if (record) continue
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}
