import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { freePort } from '../support/ports.ts'
import { eventually } from '../support/programs.ts'
import { startRelay } from '../support/relay-process.ts'

async function visit(port: number): Promise<void> {
  const client = await MailClient.open(port)
  await client.line()
  // Who says nothing is a health check, and no session.
  client.say('x\r\n')
  await client.line()
  await client.ask('x NOOP')
  client.close()
}

test('error_log of main and of a server are written, reopened on USR1 and changed by a reload', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-logs-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [one, two] = [await freePort(), await freePort()]
  const file = join(folder, 'relay.conf')
  const write = (main: string, own: string) =>
    writeFileSync(
      file,
      `error_log ${main} info;
       mail { proxy_pass 127.0.0.1:1;
         server { listen 127.0.0.1:${one}; protocol imap; }
         server { listen 127.0.0.1:${two}; protocol pop3; error_log ${own} info; } }`,
    )
  const sessions = (name: string) => {
    const path = join(folder, name)
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
    return lines
      .filter(line => line.includes('"session ended"'))
      .map(line => JSON.parse(line).protocol)
  }
  const until = (name: string, count: number) =>
    eventually(`${count} sessions in ${name}`, () => sessions(name).length === count)

  write('main.log', 'pop3.log')
  const relay = await startRelay(file, folder)
  t.after(() => relay.stop())
  await visit(one)
  await visit(two)
  await until('main.log', 1)
  await until('pop3.log', 1)
  assert.deepEqual([sessions('main.log'), sessions('pop3.log')], [['imap'], ['pop3']])

  renameSync(join(folder, 'main.log'), join(folder, 'main.log.1'))
  relay.reopen()
  await eventually('a new main.log', () => existsSync(join(folder, 'main.log')))
  await visit(one)
  await until('main.log', 1)

  write('other.log', 'main.log')
  await relay.reload()
  await visit(one)
  await visit(two)
  await until('other.log', 1)
  await until('main.log', 2)
  assert.deepEqual(sessions('main.log'), ['imap', 'pop3'])
  assert.equal(sessions('pop3.log').length, 1)

  write('nowhere/other.log', 'main.log')
  await relay.reload()
  await visit(one)
  await until('other.log', 2)
  assert.match(readFileSync(join(folder, 'other.log'), 'utf8'), /log file not opened/)
})
