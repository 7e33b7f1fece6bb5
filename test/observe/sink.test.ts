import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { mostWaiting, openSink } from '../../src/observe/sink.ts'

const sink = new URL('../../src/observe/sink.ts', import.meta.url).href

function run(program: string): ChildProcess {
  const source = `import { openSink } from ${JSON.stringify(sink)}\n${program}`
  return spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

test('what was logged just before the process exits is written', async () => {
  const child = run(`openSink('stdout').write('last words\\n'); process.exit(3)`)
  assert.ok(child.stdout)
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  assert.deepEqual([said, code], ['last words\n', 3])
})

test('a reader that is gone stops nothing', async () => {
  const child = run(`
    const out = openSink('stdout')
    for (let at = 0; at < 3; at++) {
      out.write('x'.repeat(100_000) + '\\n')
      await new Promise(resolve => setImmediate(resolve))
    }
    process.exitCode = 7`)
  child.stdout?.destroy()
  const [code] = await once(child, 'exit')
  assert.equal(code, 7)
})

test('a reader that does not read stops nothing either; what it does not take is dropped', async () => {
  // process.stdout makes a pipe non-blocking, which is what a program under a parent often has.
  const child = run(`
    process.stdout.write('')
    const out = openSink('stdout')
    const line = 'x'.repeat(65_535) + '\\n'
    for (let at = 0; at < 40; at++) {
      out.write(line)
      await new Promise(resolve => setImmediate(resolve))
    }
    process.stderr.write(String(out.dropped))
    process.exit(0)`)
  assert.ok(child.stderr)
  const [dropped] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.ok(Number(dropped) > 0 && Number(dropped) < 40, `${dropped} of 40 lines were dropped`)
  child.stdout?.destroy()
})

test('at most a megabyte waits, and the lines beyond are counted', t => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-sink-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const out = openSink(join(folder, 'a.log'))
  const line = `${'x'.repeat(1_023)}\n`
  for (let at = 0; at < mostWaiting / 1_024 + 5; at++) out.write(line)
  assert.equal(out.dropped, 5)
  out.close()
  assert.equal(readFileSync(join(folder, 'a.log')).length, mostWaiting)
})
