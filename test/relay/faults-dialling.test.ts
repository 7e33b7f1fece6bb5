/** The limit of open files is reached between a client's connection and its login. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { MailClient } from '../support/mail-client.ts'
import { backendFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'
import { run, start, untilUp } from '../support/programs.ts'

const program = fileURLToPath(new URL('../../src/bin/relay.js', import.meta.url))
const pop3 = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'

async function site(t: TestContext) {
  const backends = [await backendFor(t, pop3), await backendFor(t, pop3)]
  const folder = mkdtempSync(join(tmpdir(), 'postern-dialling-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const port = await freePort()
  const file = join(folder, 'relay.conf')
  writeFileSync(
    file,
    `mail {
       upstream both { ${backends.map(({ port }) => `server 127.0.0.1:${port};`).join(' ')} }
       proxy_identity off; proxy_pass both;
       server { listen 127.0.0.1:${port}; protocol pop3; }
     }`,
  )
  const relay = start(process.execPath, [program, '-c', file, '-p', folder])
  t.after(() => {
    relay.signal('SIGKILL')
    return relay.exited
  })
  await untilUp('the relay', relay, () => relay.output().includes('"configuration applied"'))
  /** How many files the relay may have open; it cannot open another below the first free number. */
  const allow = async (files: number) => {
    const { code, stderr } = await run('prlimit', [`--pid=${relay.pid}`, `--nofile=${files}:`])
    assert.equal(code, 0, stderr)
  }
  const firstFree = () => {
    const open = new Set(readdirSync(`/proc/${relay.pid}/fd`).map(Number))
    for (let number = 0; ; number++) if (!open.has(number)) return number
  }
  return { port, allow, firstFree }
}

const answer = async (client: MailClient) => {
  await client.ask('USER a')
  return await client.ask('PASS b')
}

it('a login for which no descriptor is left is our fault; the session stays, and no endpoint is blamed', async t => {
  const { port, allow, firstFree } = await site(t)
  const serves = await MailClient.open(port)
  await serves.line()
  assert.equal(await answer(serves), '+OK in')
  const waits = await MailClient.open(port)
  await waits.line()

  await allow(firstFree())
  assert.match(await answer(waits), /^-ERR \[SYS\/TEMP\] /)
  // The kernel takes the connection, and nobody can greet it.
  const late = await MailClient.open(port)
  assert.equal(await late.line(), 'END')
  assert.equal(await serves.ask('still here'), 'still here')

  await allow(1_000)
  assert.equal(await answer(waits), '+OK in')
  const comes = await MailClient.open(port)
  await comes.line()
  assert.equal(await answer(comes), '+OK in')
  for (const client of [serves, waits, comes]) client.close()
})
