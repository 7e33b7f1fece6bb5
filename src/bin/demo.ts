import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runDemo } from '../demo/demo.ts'
import { settings, usage } from '../demo/settings.ts'

const manifests = fileURLToPath(new URL('../../manifests/demo', import.meta.url))
const asked = settings(process.argv.slice(2), relative(process.cwd(), manifests) || '.')
process.exitCode = await run()

async function run(): Promise<number> {
  if (asked.kind === 'help') process.stdout.write(usage)
  if (asked.kind === 'invalid') process.stderr.write(`demo: ${asked.reason}\n\n${usage}`)
  if (asked.kind !== 'run') return asked.kind === 'help' ? 0 : 2
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => ending.abort())
  // Whoever read the output has gone, and with them whoever would press Ctrl-C.
  process.stdout.on('error', () => ending.abort())
  return await runDemo(asked.settings, {
    say: line => void process.stdout.write(`${line}\n`),
    signal: ending.signal,
    atExit: undo => void process.on('exit', undo),
  })
}
