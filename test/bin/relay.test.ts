import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, type TestContext, test } from 'node:test'
import { publish } from '../../src/handoff/publish.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor } from '../support/on-relay.ts'
import { freePort, isOpen } from '../support/ports.ts'

/** The relay as a process: its arguments, its signals, its files. */

const program = new URL('../../src/bin/relay.js', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'postern-relay-'))
after(() => rmSync(folder, { recursive: true }))

const accepting = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

interface Running {
  readonly child: ChildProcess
  /** The next record with this message. */
  record(message: string): Promise<Record<string, unknown>>
  /** The exit status and what was said on stderr. */
  ended(): Promise<{ status: number | null; error: string }>
}

function relay(t: TestContext, ...words: readonly string[]): Running {
  const child = spawn(process.execPath, [program, ...words], { cwd: folder })
  t.after(() => child.kill('SIGKILL'))
  const exit = once(child, 'close')
  let error = ''
  child.stderr.on('data', chunk => {
    error += chunk
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    child,
    record: async message => {
      for (;;) {
        const { value, done } = await lines.next()
        if (done) throw new Error(`it ended without "${message}": ${error}`)
        const record = JSON.parse(value)
        if (record.msg === message) return record
      }
    },
    ended: async () => {
      const [status] = await exit
      return { status, error }
    },
  }
}

function conf(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

async function loggedIn(port: number): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  await client.ask('USER alice')
  assert.equal(await client.ask('PASS secret'), '+OK logged in')
  return client
}

const serving = (port: number, backend: number, more = '') => `
  pid relay.pid; ${more}
  mail { proxy_pass 127.0.0.1:${backend};
    server { listen 127.0.0.1:${port}; protocol pop3; } }`

test('writes its pid when every listener accepts, and takes it away when it leaves', async t => {
  const port = await freePort()
  const here = relay(t, '-c', conf('pid.conf', serving(port, 1)), '-p', folder)
  await here.record('configuration applied')
  while (!existsSync(join(folder, 'relay.pid'))) await new Promise(setImmediate)
  assert.equal(readFileSync(join(folder, 'relay.pid'), 'utf8'), `${here.child.pid}\n`)
  assert.equal(await isOpen(port), true)
  here.child.kill('SIGQUIT')
  assert.equal((await here.ended()).status, 0)
  assert.equal(existsSync(join(folder, 'relay.pid')), false)
})

test('names the line of a listener that cannot be opened, and ends with 1', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.after(() => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const { status, error } = await relay(t, '-c', conf('taken.conf', serving(port, 1))).ended()
  assert.equal(status, 1)
  assert.match(
    error,
    /taken\.conf:4:\d+: cannot listen on 127\.0\.0\.1:\d+: address already in use/,
  )
})

test('says all that is wrong with a text, with file, line, column and a caret', async t => {
  const file = conf('bad.conf', 'mail {\n  starttls maybe;\n  unheard of;\n}\n')
  for (const words of [
    ['-c', file],
    ['-t', '-c', file],
  ]) {
    const { status, error } = await relay(t, ...words).ended()
    assert.equal(status, 1)
    assert.match(error, /bad\.conf:2:12: .*"maybe".*\n {4}starttls maybe;\n {13}\^/)
    assert.match(error, /bad\.conf:3:3: .*"unheard"/)
  }
})

test('-t says what would listen, and listens to nothing', async t => {
  const file = conf('good.conf', serving(25, 1))
  const child = spawn(process.execPath, [program, '-t', '-c', file])
  t.after(() => child.kill())
  let out = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  const [status] = await once(child, 'close')
  assert.equal(status, 0)
  assert.match(
    out,
    /^pop3 on 127\.0\.0\.1:25, clear text, judged by the backend, to 127\.0\.0\.1:1\n/,
  )
  assert.match(out, /good\.conf test is successful\n$/)
})

test('reloads on HUP without touching sessions, and goes on with the old text where the new is bad', async t => {
  const [old, fresh] = [await backendFor(t, accepting), await backendFor(t, accepting)]
  const port = await freePort()
  const file = conf('hup.conf', serving(port, old.port))
  const here = relay(t, '-c', file, '-p', folder)
  await here.record('configuration applied')
  const first = await loggedIn(port)

  conf('hup.conf', serving(port, fresh.port))
  here.child.kill('SIGHUP')
  await here.record('configuration applied')
  ;(await loggedIn(port)).close()
  assert.deepEqual([old.connections(), fresh.connections()], [1, 1])

  conf('hup.conf', 'mail { nonsense; }')
  here.child.kill('SIGHUP')
  const refused = await here.record('configuration refused; the old one goes on')
  assert.match(String(refused['errors']), /hup\.conf:1:8: /)
  ;(await loggedIn(port)).close()
  assert.equal(await first.ask('still here'), 'still here')
  first.close()
})

test('leaves on TERM when its sessions have ended, and at once on a second one', async t => {
  const there = await backendFor(t, accepting)
  for (const second of [false, true]) {
    const port = await freePort()
    const here = relay(t, '-c', conf('term.conf', serving(port, there.port)), '-p', folder)
    await here.record('configuration applied')
    const client = await loggedIn(port)
    await client.ask('DELE 1')
    here.child.kill('SIGTERM')
    await here.record('leaving')
    assert.equal(await client.ask('still here'), 'still here')
    if (second) here.child.kill('SIGTERM')
    else client.close()
    assert.equal((await here.ended()).status, 0)
    client.close()
  }
})

test('ends what is left after worker_shutdown_timeout', async t => {
  const there = await backendFor(t, accepting)
  const port = await freePort()
  const text = serving(port, there.port, 'worker_shutdown_timeout 300ms;')
  const here = relay(t, '-c', conf('timeout.conf', text), '-p', folder)
  await here.record('configuration applied')
  const client = await loggedIn(port)
  await client.ask('DELE 1')
  here.child.kill('SIGTERM')
  assert.equal(await client.line(), 'END')
  assert.equal((await here.ended()).status, 0)
})

test('ends at once on INT', async t => {
  const there = await backendFor(t, accepting)
  const port = await freePort()
  const here = relay(t, '-c', conf('int.conf', serving(port, there.port)), '-p', folder)
  await here.record('configuration applied')
  const client = await loggedIn(port)
  here.child.kill('SIGINT')
  assert.equal((await here.ended()).status, 0)
  assert.equal(await client.line(), 'END')
})

test('starts from the last good text of its folder where the wanted one is refused', async t => {
  const there = await backendFor(t, accepting)
  const dir = mkdtempSync(join(folder, 'h'))
  const port = await freePort()
  await publish(dir, {
    text: serving(port, there.port).replace('pid relay.pid;', ''),
    files: new Map(),
  })
  const first = relay(t, '--from', dir, '--http', 'off')
  await first.record('configuration applied')
  first.child.kill('SIGINT')
  await first.ended()

  await publish(dir, { text: 'mail { nonsense; }', files: new Map() })
  const second = relay(t, '--from', dir, '--http', 'off')
  await second.record('configuration refused; the old one goes on')
  await second.record('configuration applied')
  ;(await loggedIn(port)).close()
})

test('is ready once a text was applied, even one without listeners, and not while it leaves', async t => {
  const dir = mkdtempSync(join(folder, 'r'))
  const http = await freePort()
  const here = relay(t, '--from', dir, '--http', `127.0.0.1:${http}`)
  await here.record('http')
  const ready = async () => (await fetch(`http://127.0.0.1:${http}/readyz`)).status
  assert.equal(await ready(), 503)
  await publish(dir, { text: 'mail { }', files: new Map() })
  here.child.kill('SIGHUP')
  await here.record('configuration applied')
  assert.equal(await ready(), 200)
  const state = await (await fetch(`http://127.0.0.1:${http}/state`)).json()
  assert.deepEqual(
    { ...Object(state), generation: '' },
    {
      generation: '',
      ready: true,
      sessions: 0,
      listeners: [],
      backends: {},
    },
  )
})

test('refuses arguments that it does not know, with its usage and 2', async t => {
  for (const [words, reason] of [
    [['-x'], /Unknown option '-x'/],
    [[], /-c FILE or --from DIR is needed/],
    [['-c', 'a', '--from', 'b'], /exclude each other/],
    [['-c', 'a', '--http', 'nowhere'], /--http must be ADDRESS:PORT or off/],
  ] as const) {
    const { status, error } = await relay(t, ...words).ended()
    assert.equal(status, 2)
    assert.match(error, reason)
    assert.match(error, /usage: relay -c FILE/)
  }
})
