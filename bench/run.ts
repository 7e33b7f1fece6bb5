import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { cores, killAll } from './children.ts'
import { roomFor } from './files.ts'
import type { Form } from './form.ts'
import { startGenerator } from './generator.ts'
import type { Bench } from './work.ts'

/** Sessions that rows other than the idle ones may have open at once. */
const leastSessions = 1_000

/**
 * Sets everything up, does `work`, and leaves neither a process nor a file behind.
 * The form that `work` gets may have fewer idle sessions, where open files are scarce.
 */
export async function withBench<T>(form: Form, work: (bench: Bench) => Promise<T>): Promise<T> {
  if (availableParallelism() < 2) throw new Error('the bench needs two cores')
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'))
  // Proxies that leave root behind must find their files below it.
  chmodSync(dir, 0o711)
  const clear = () => {
    killAll()
    rmSync(dir, { recursive: true, force: true })
  }
  const interrupted = (signal: NodeJS.Signals) => {
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('exit', clear)
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  execFileSync('taskset', ['-pc', String(cores.load), String(process.pid)], { stdio: 'ignore' })
  const { files, sessions } = roomFor(Math.max(form.idle, leastSessions))
  const fitted = { ...form, idle: Math.min(form.idle, sessions) }
  const certificate = makeCertificate(dir)
  const generator = await startGenerator(dir, files)
  try {
    return await work({ form: fitted, generator, certificate, dir, files })
  } finally {
    await generator.close()
  }
}
