import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { endpoints, taken } from '../../src/demo/endpoints.ts'
import type { Settings } from '../../src/demo/settings.ts'

const root = new URL('../..', import.meta.url).pathname

/** A folder of its own with the demo's manifests, and ports that nobody holds. */
async function place() {
  const dir = mkdtempSync(join(tmpdir(), 'postern-'))
  const temporary = join(dir, 't')
  mkdirSync(temporary)
  const settings = await freeSettings(join(dir, 'manifests'))
  cpSync(join(root, 'manifests/demo'), settings.manifests, { recursive: true })
  const [first = 0, second = 0] = settings.backends
  edit(settings, 'backends.yaml', text =>
    text.replaceAll(/port: 2([12])(\d{3})/g, (_, which, port) => {
      return `port: ${(which === '1' ? first : second) + Number(port)}`
    }),
  )
  const remove = () => rmSync(dir, { recursive: true, force: true })
  return { dir, temporary, settings, [Symbol.dispose]: remove }
}

/** Thousands below the ranges from which the kernel and other tests take ports. */
const thousands = [11, 12, 13, 14, 15, 16, 17, 18].map(each => each * 1_000)

async function freeSettings(manifests: string): Promise<Settings> {
  for (;;) {
    const shift = Math.floor(Math.random() * 1_000)
    const [portOffset = 0, http = 0, ...backends] = thousands
      .toSorted(() => Math.random() - 0.5)
      .slice(0, 4)
      .map(each => each + shift)
    const settings = { manifests, portOffset, backends, relayHttp: http, controllerHttp: http + 1 }
    if ((await taken(endpoints(settings))).length === 0) return settings
  }
}

function edit({ manifests }: Settings, file: string, change: (text: string) => string): void {
  const path = join(manifests, file)
  const text = readFileSync(path, 'utf8')
  assert.notEqual(change(text), text)
  writeFileSync(path, change(text))
}

/** A running demo whose output is read line by line. */
class Running {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly said: string[] = []

  constructor(settings: Settings, temporary: string) {
    const flags = {
      manifests: settings.manifests,
      'port-offset': settings.portOffset,
      backends: settings.backends.join(),
      'relay-http': settings.relayHttp,
      'controller-http': settings.controllerHttp,
    }
    const argv = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)])
    this.#child = spawn(process.execPath, ['src/bin/demo.js', ...argv], {
      cwd: root,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    assert.ok(this.#child.stdout)
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
  }

  /** Reads on until a line fits. */
  async says(wanted: RegExp): Promise<string> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) assert.fail(`never said ${wanted}:\n${this.said.join('\n')}`)
      this.said.push(value)
      if (wanted.test(value)) return value
    }
  }

  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal) this.#child.kill(signal)
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGTERM')
  }
}

/** A demo that listens; on other ports if somebody took one between our look and its bind. */
async function started() {
  for (let tries = 1; ; tries += 1) {
    const where = await place()
    const demo = new Running(where.settings, where.temporary)
    await demo.says(/^Edit the files of |is taken/)
    const collided = /is taken|address already in use/.test(demo.said.join('\n'))
    if (!collided || tries === 3) return { where, demo }
    await demo.end('SIGTERM')
    where[Symbol.dispose]()
  }
}

/** A connection that is read up to what is awaited. */
class Talk {
  readonly #socket: Socket
  readonly #chunks: AsyncIterator<Buffer>
  heard = ''

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    this.#chunks = this.#socket.iterator()
  }

  async hears(wanted: string): Promise<void> {
    while (!this.heard.includes(wanted)) {
      const { value, done } = await this.#chunks.next()
      assert.ok(!done, `the session ended before ${wanted}: ${this.heard}`)
      this.heard += String(value)
    }
  }

  /** Says a line and waits for what answers it. */
  async says(line: string, answer: string): Promise<void> {
    this.heard = ''
    this.#socket.write(`${line}\r\n`)
    await this.hears(answer)
  }
}

test('npm start carries mail, takes edits without dropping sessions, and leaves nothing behind', async () => {
  const running = await started()
  using where = running.where
  await using demo = running.demo
  const { settings, temporary } = where
  const { portOffset } = settings
  assert.doesNotMatch(demo.said.join('\n'), /not open/)

  const imap = new Talk(portOffset + 143)
  await imap.hears('* OK')
  await imap.says('a LOGIN bob@example.org secret', 'a OK')
  await imap.says('b SELECT INBOX', 'b OK')
  await imap.says('c IDLE', '+ idling')

  const smtp = new Talk(portOffset + 25)
  await smtp.hears('220 ')
  await smtp.says('EHLO client.example', '250 ')
  await smtp.says('MAIL FROM:<you@example.net>', '250 ')
  await smtp.says('RCPT TO:<bob@example.org>', '250 ')
  await smtp.says('DATA', '354 ')
  await smtp.says('Subject: hello\r\n\r\nhello\r\n.', '250 2.0.0 Ok: queued as mail-')
  await smtp.says('QUIT', '221 ')
  await demo.says(/^session smtp, 127\.0\.0\.1:\d+, no TLS, to mail-[01]\.demo, identity believed/)
  await imap.hears('* 1 EXISTS')

  edit(settings, 'mail.yaml', text => text.replace('timeout: 60s', 'timeout: soon'))
  assert.match(
    await demo.says(/^controller: demo\/mail: /),
    /Accepted False, Invalid: spec\.timeout: must be a time/,
  )
  edit(settings, 'mx.yaml', text => text.replace('auth:', 'auth: [}'))
  await demo.says(/^controller: .*mx\.yaml:\d+:\d+: /)
  edit(settings, 'mail.yaml', text => text.replace('timeout: soon', 'timeout: 50s'))
  await demo.says(/^controller: demo\/mail is in effect, 6 listeners/)

  await imap.says('DONE', 'c OK')
  await imap.says('d FETCH 1 BODY[]', 'd OK')
  assert.match(
    imap.heard,
    /Received: from client\.example \(\S+ \[127\.0\.0\.1\]\)\r\n\tby mail-[01]\.demo/,
  )

  assert.equal(await demo.end('SIGINT'), 0)
  assert.deepEqual(readdirSync(temporary), [])
  assert.deepEqual(await taken(endpoints(settings)), [])
})

test('npm start names a port that is taken and ends with 1', async () => {
  using where = await place()
  const { settings, temporary } = where
  await using holder = createServer().listen(settings.portOffset + 25, '127.0.0.1')
  await once(holder, 'listening')
  await using demo = new Running(settings, temporary)
  await demo.says(new RegExp(`127\\.0\\.0\\.1:${settings.portOffset + 25} \\(SMTP .*is taken`))
  assert.equal(await demo.end(), 1)
})

test('npm start ends with 1 and says so when one of its programs ends', async () => {
  using where = await place()
  // The hand-off's socket has no room in so long a path, so the controller does not run.
  const temporary = join(where.temporary, 'x'.repeat(120))
  mkdirSync(temporary)
  await using demo = new Running(where.settings, temporary)
  await demo.says(/^demo: the (controller|relay) ended with \d, so the demo ends/)
  assert.equal(await demo.end(), 1)
  assert.deepEqual(readdirSync(temporary), [])
})
