import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'
import { freePort } from '../support/ports.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'postern-listen-'))
  t.after(() => rmSync(made, { recursive: true }))
  return made
}

const imap = (listen: string) =>
  `proxy_pass 127.0.0.1:1; server { listen ${listen}; protocol imap; }`

async function overUnix(path: string): Promise<MailClient> {
  const socket = connect({ path })
  await once(socket, 'connect')
  return new MailClient(socket)
}

describe('listen', () => {
  it('opens a Unix socket, whose clients have no address', async t => {
    const path = join(folder(t), 'imap.sock')
    const here = await relayFor(t, imap(`unix:${path}`))
    const client = await overUnix(path)
    assert.equal(await client.line(), '* OK IMAP4 ready')
    client.close()
    const { client: who, listener } = await here.ended()
    assert.deepEqual([who, listener], ['unix:', `unix:${path}`])
  })

  it('takes over a Unix socket that a process left behind when it was killed', async t => {
    const path = join(folder(t), 'imap.sock')
    const listening = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log())`
    const killed = spawn(process.execPath, ['-e', listening])
    await once(killed.stdout, 'data')
    killed.kill('SIGKILL')
    await once(killed, 'close')
    assert.ok(existsSync(path))
    await relayFor(t, imap(`unix:${path}`))
    const client = await overUnix(path)
    assert.equal(await client.line(), '* OK IMAP4 ready')
    client.close()
  })

  it('does not take a Unix socket from a program that listens on it', async t => {
    const path = join(folder(t), 'imap.sock')
    const other = createServer().listen({ path })
    await once(other, 'listening')
    t.after(() => other.close())
    await assert.rejects(relayFor(t, imap(`unix:${path}`)), /address already in use/)
  })

  it('takes IPv4 clients on an IPv6 address with ipv6only=off, under their own address', async t => {
    const port = await freePort()
    const here = await relayFor(t, imap(`[::]:${port} ipv6only=off`))
    const client = await MailClient.open(port)
    assert.equal(await client.line(), '* OK IMAP4 ready')
    client.close()
    assert.match(String((await here.ended())['client']), /^127\.0\.0\.1:/)
  })

  it('opens every port of a range, each with its own public port', async t => {
    const port = await freePort()
    await freePort()
    const here = await relayFor(t, imap(`127.0.0.1:${port}-${port + 1}`))
    for (const at of [port, port + 1]) {
      const client = await MailClient.open(at)
      assert.equal(await client.line(), '* OK IMAP4 ready')
      client.close()
      assert.equal((await here.ended())['listener'], `127.0.0.1:${at}`)
    }
  })

  for (const [words, seconds] of [
    ['so_keepalive=on', 60],
    ['so_keepalive=30s:5s:3', 30],
    ['so_keepalive=off', undefined],
  ] as const) {
    it(`probes a silent client after ${seconds} seconds with "${words}"`, async t => {
      const here = await relayFor(t, imap(`{imap} ${words}`))
      const client = await MailClient.open(here.port('imap'))
      await client.line()
      const { localPort = 0 } = client.socket
      const due = keepAliveDue(here.port('imap'), localPort)
      if (seconds === undefined) assert.equal(due, undefined)
      else assert.ok(due !== undefined && due > seconds - 5 && due <= seconds, `${due}`)
      client.close()
    })
  }
})

/** Seconds until the keep-alive timer of the connection that is accepted at `local` fires; Linux. */
function keepAliveDue(local: number, remote: number): number | undefined {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
  const row = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .find(([, from, to]) => from?.endsWith(`:${hex(local)}`) && to?.endsWith(`:${hex(remote)}`))
  const [kind, when = ''] = row?.[5]?.split(':') ?? []
  return kind === '02' ? Number.parseInt(when, 16) / 100 : undefined
}
