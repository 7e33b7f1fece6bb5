/** A relay that may have few descriptors open. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Descriptors } from '../../src/relay/descriptors.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'
import { eventually, start, untilUp } from '../support/programs.ts'

const program = fileURLToPath(new URL('../../src/bin/relay.js', import.meta.url))

it('a relay that runs out of descriptors says so, serves whom it has, and takes up again', async t => {
  const there = await backendFor(t, 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in')
  const folder = mkdtempSync(join(tmpdir(), 'postern-descriptors-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const port = await freePort()
  const file = join(folder, 'relay.conf')
  writeFileSync(
    file,
    `mail {
       proxy_identity off; proxy_pass 127.0.0.1:${there.port};
       server { listen 127.0.0.1:${port}; protocol pop3; }
     }`,
  )
  const command = `ulimit -n 100; exec ${process.execPath} ${program} -c ${file} -p ${folder}`
  const relay = start('sh', ['-c', command])
  t.after(() => {
    relay.signal('SIGKILL')
    return relay.exited
  })
  await untilUp('the relay', relay, () => relay.output().includes('"configuration applied"'))

  const clients: MailClient[] = []
  const greetings: string[] = []
  for (let i = 0; i < 60; i++) {
    const client = await MailClient.open(port)
    clients.push(client)
    greetings.push(await client.line())
  }
  const admitted = greetings.filter(line => line.startsWith('+OK')).length
  assert.equal(admitted, 18)
  assert.deepEqual(
    new Set(greetings.slice(admitted)),
    new Set(['-ERR [SYS/TEMP] Too many connections']),
  )
  for (const client of clients.slice(0, admitted)) {
    await client.ask('USER a')
    assert.equal(await client.ask('PASS b'), '+OK in')
  }
  const lines = relay.output().split('out of descriptors').length - 1
  assert.ok(lines >= 1 && lines <= 3, `${lines} lines`)

  for (const client of clients) client.close()
  await eventually('room for a client', async () => {
    const client = await MailClient.open(port)
    const greeting = await client.line()
    client.close()
    return greeting.startsWith('+OK')
  })
})

it('the log hears of it once a second', () => {
  const descriptors = new Descriptors(100)
  const times = [0, 1, 999, 1_000, 1_001, 2_500]
  assert.deepEqual(
    times.map(now => descriptors.isWorthALine(now)),
    [true, false, false, true, false, true],
  )
})

it('sessions fit where each has two, and 64 are left for all else', () => {
  const descriptors = new Descriptors(1_024)
  assert.deepEqual([descriptors.hasRoom(479), descriptors.hasRoom(480)], [true, false])
})
