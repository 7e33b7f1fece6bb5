/** As many idle sessions as there may be, and a new configuration every second for a minute. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { loggedIn } from '../support/logged-in.ts'
import type { MailClient } from '../support/mail-client.ts'
import { backendFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'
import { type RelayProcess, startRelay } from '../support/relay-process.ts'

const wanted = 10_000
const seconds = 60
const atOnce = 100

/** Each side has two descriptors a session, and some for itself. */
function possible(): number {
  const limits = readFileSync('/proc/self/limits', 'latin1')
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? 1_024)
  return Math.min(wanted, Math.floor((files - 200) / 2))
}

test('10,000 idle sessions outlive a reload every second for a minute', async t => {
  const sessions = possible()
  if (sessions < wanted) t.diagnostic(`${sessions} sessions: more open files are not allowed here`)
  assert.ok(sessions > 400, 'raise the limit of open files: ulimit -n 20464')
  const folder = mkdtempSync(join(tmpdir(), 'postern-idle-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const there = await backendFor(t, 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in')
  const port = await freePort()
  const file = join(folder, 'relay.conf')
  const write = (timeout: number) =>
    writeFileSync(
      file,
      `mail { proxy_identity off; proxy_pass 127.0.0.1:${there.port}; timeout ${timeout}s;
         server { listen 127.0.0.1:${port} name=idle; protocol pop3; } }`,
    )
  write(60)
  const relay = await startRelay(file, folder)
  t.after(() => relay.stop())
  const clients: MailClient[] = []
  while (clients.length < sessions) {
    const many = Array.from({ length: Math.min(atOnce, sessions - clients.length) }, () =>
      loggedIn(port),
    )
    clients.push(...(await Promise.all(many)))
  }
  assert.equal(await active(relay), sessions)

  for (let second = 1; second <= seconds; second++) {
    const began = performance.now()
    write(60 + second)
    await relay.reload()
    await pause(Math.max(0, 1_000 - (performance.now() - began)))
  }

  assert.equal(await active(relay), sessions)
  const replies = await Promise.all(clients.map(client => client.ask('still here')))
  assert.deepEqual(new Set(replies), new Set(['still here']))
  ;(await loggedIn(port)).close()
  for (const client of clients) client.close()
})

async function active(relay: RelayProcess): Promise<number> {
  const found = /^postern_connections_active\{.*\} (\d+)$/m.exec(await relay.metrics())?.[1]
  return Number(found)
}
