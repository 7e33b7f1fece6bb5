import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from './certificate.ts'
import { cores, killAll } from './children.ts'
import type { Form } from './form.ts'
import { startGenerator } from './generator.ts'
import type { Bench } from './measure.ts'

/** Descriptors that a program needs beside those of its sessions. */
const spare = 500

/** A proxy holds two descriptors a session, and so does the load program. */
function filesFor(form: Form): number {
  return 2 * Math.max(form.idle, 1_000) + spare
}

/** Sets everything up, does `work`, and leaves neither a process nor a file behind. */
export async function withBench<T>(form: Form, work: (bench: Bench) => Promise<T>): Promise<T> {
  if (availableParallelism() < 2) throw new Error('the bench needs two cores')
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'))
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
  const files = filesFor(form)
  const certificate = makeCertificate(dir)
  const generator = await startGenerator(dir, files)
  try {
    return await work({ form, generator, certificate, dir, files })
  } finally {
    await generator.close()
  }
}
