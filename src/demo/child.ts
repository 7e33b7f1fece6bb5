import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** How long a program may take to end when it is asked to. */
const patience = 3_000

/** One of the programs that the demo runs beside itself. */
export interface Child {
  readonly name: string
  /** Settles when the program has ended: how it ended, in words. */
  readonly ended: Promise<string>
  /** Asks it to end at once, and ends it if it does not. */
  stop(): Promise<void>
  /** For a demo that has no time left. */
  kill(): void
}

/** Runs a program of this project; `said` is given each line of its output. */
export function runChild(
  name: string,
  program: URL,
  args: readonly string[],
  said: (line: string) => void,
): Child {
  const child = spawn(process.execPath, [fileURLToPath(program), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', said)
  const ended = end(child)
  return {
    name,
    ended,
    kill: () => void child.kill('SIGKILL'),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGINT')
      const cancel = new AbortController()
      const late = delay(patience, undefined, { signal: cancel.signal })
      await Promise.race([ended, late.then(() => child.kill('SIGKILL'))])
      cancel.abort()
      await ended
    },
  }
}

async function end(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'exit')
    return signal ? `was ended by ${signal}` : `ended with ${code}`
  } catch (error) {
    return `could not be started: ${error instanceof Error ? error.message : String(error)}`
  }
}
