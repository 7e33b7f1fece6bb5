import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { run } from './controller-process.ts'

const file = new URL('../../src/bin/supervise.js', import.meta.url).pathname

interface Supervised {
  readonly supervisor: ChildProcess
  /** The next line that the program, or the supervisor on its behalf, says. */
  line(from: 'out' | 'error'): Promise<string>
}

function supervise(t: TestContext, ...command: readonly string[]): Supervised {
  const supervisor = spawn(process.execPath, [file, ...command])
  t.after(async () => {
    if (supervisor.exitCode !== null) return
    // A supervisor that was killed would leave its program behind.
    supervisor.kill('SIGTERM')
    await once(supervisor, 'exit')
  })
  const lines = {
    out: createInterface(supervisor.stdout)[Symbol.asyncIterator](),
    error: createInterface(supervisor.stderr)[Symbol.asyncIterator](),
  }
  return { supervisor, line: async from => (await lines[from].next()).value ?? 'nothing' }
}

/** A supervisor of a Node that runs `script`. */
function supervised(t: TestContext, script: string): Supervised {
  return supervise(t, process.execPath, '-e', script)
}

test('a program that ends is started again, later each time', async t => {
  const { supervisor, line } = supervised(t, 'process.exit(3)')
  for (const delay of [200, 400, 800])
    assert.match(await line('error'), new RegExp(`ended with 3; starting it again in ${delay} ms$`))
  assert.equal(supervisor.exitCode, null)
  const began = performance.now()
  supervisor.kill('SIGTERM')
  await once(supervisor, 'exit')
  assert.ok(performance.now() - began < 500, 'it does not wait for the next start')
})

test('a program that was killed is started again', async t => {
  const { line } = supervised(t, 'console.log(process.pid); setInterval(() => {}, 1e6)')
  const first = Number(await line('out'))
  process.kill(first, 'SIGKILL')
  assert.match(await line('error'), /was ended by SIGKILL; starting it again in 200 ms/)
  assert.notEqual(Number(await line('out')), first)
})

test('TERM and INT are passed on, and the end is as the program ends', async t => {
  for (const [signal, status] of [
    ['SIGTERM', 7],
    ['SIGINT', 8],
  ] as const) {
    const script = `process.on('${signal}', () => process.exit(${status})); setInterval(() => {}, 1e6); console.log('up')`
    const { supervisor, line } = supervised(t, script)
    await line('out')
    supervisor.kill(signal)
    await once(supervisor, 'exit')
    assert.equal(supervisor.exitCode, status)
  }
})

test('a program that a passed-on signal ends is told as a shell tells it', async t => {
  const { supervisor, line } = supervised(t, `setInterval(() => {}, 1e6); console.log('up')`)
  await line('out')
  supervisor.kill('SIGTERM')
  await once(supervisor, 'exit')
  assert.equal(supervisor.exitCode, 143)
})

test('what the program reads and writes passes through', async t => {
  const { supervisor, line } = supervised(t, 'process.stdin.pipe(process.stdout)')
  supervisor.stdin?.write('through and back\n')
  assert.equal(await line('out'), 'through and back')
})

test('a command that does not exist is tried again, too', async t => {
  const { line } = supervise(t, '/nowhere/program')
  assert.match(await line('error'), /cannot be started \(.*ENOENT.*\); starting it again in 200 ms/)
  assert.match(await line('error'), /starting it again in 400 ms/)
})

test('without a command it says how it is used', async t => {
  const { status, error } = await run(t, 'supervise.js')
  assert.equal(status, 2)
  assert.match(error, /^supervise: a command is needed\nusage: supervise COMMAND/)
  assert.equal((await run(t, 'supervise.js', '--help')).status, 0)
})

test('it imports nothing of ours', () => {
  const text = readFileSync(new URL('../../src/bin/supervise.ts', import.meta.url), 'utf8')
  for (const [, from = ''] of text.matchAll(/from '([^']+)'/g)) assert.match(from, /^node:/)
})
