/**
 * `supervise COMMAND ARGS…` keeps a program running: one that ends is started again, after 200 ms at
 * first and twice as long each time up to 30 s; one that ran for a minute begins anew. It does not
 * end when the program does, because a pod counts as ready only while each of its containers runs.
 * TERM and INT are passed on; then it ends as the program ends. It imports nothing of ours.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

const first = 200
const most = 30_000
/** A program that ran for so long is sound: its next end is not the fault of its last. */
const sound = 60_000

const usage = 'usage: supervise COMMAND [ARGUMENT …]\n'

const [command, ...args] = process.argv.slice(2)
if (command === '-h' || command === '--help') {
  process.stdout.write(usage)
} else if (command === undefined || command.startsWith('-')) {
  const reason = command === undefined ? 'a command is needed' : `there is no flag ${command}`
  process.stderr.write(`supervise: ${reason}\n${usage}`)
  process.exitCode = 2
} else {
  supervise(command, args)
}

function supervise(command: string, args: readonly string[]): void {
  let child: ChildProcess | undefined
  let again: NodeJS.Timeout | undefined
  let leaving = false
  let delay = first

  function start(): void {
    again = undefined
    const began = performance.now()
    const running = spawn(command, args, { stdio: 'inherit' })
    child = running
    let over = false
    const end = (how: string, status: number): void => {
      if (over) return
      over = true
      child = undefined
      if (leaving) process.exit(status)
      if (performance.now() - began >= sound) delay = first
      process.stderr.write(`supervise: ${command} ${how}; starting it again in ${delay} ms\n`)
      again = setTimeout(start, delay)
      delay = Math.min(delay * 2, most)
    }
    running.on('error', error => {
      // A signal that could not be sent is an error, too.
      if (running.pid === undefined) end(`cannot be started (${error.message})`, 1)
    })
    running.on('exit', (code, signal) =>
      end(
        signal === null ? `ended with ${code}` : `was ended by ${signal}`,
        // As a shell says it.
        signal === null ? (code ?? 1) : 128 + constants.signals[signal],
      ),
    )
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      leaving = true
      if (child) child.kill(signal)
      else process.exit(128 + constants.signals[signal])
      clearTimeout(again)
    })
  start()
}
