import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

/** What a backend hears of a client that came over a Unix socket. */
async function heard(t: TestContext, script: string, settings: string, said: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'postern-unix-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const there = await backendFor(t, script)
  const path = join(folder, 'front.sock')
  await relayFor(
    t,
    `proxy_pass 127.0.0.1:${there.port}; server_name mx.example; ${settings.replace('{unix}', `unix:${path}`)}`,
  )
  const socket = connect({ path })
  await once(socket, 'connect')
  const client = new MailClient(socket)
  await client.line()
  for (const line of said) await client.ask(line)
  client.close()
  return there
}

describe('a client of a Unix socket', () => {
  it('is told to an SMTP backend as one without an address', async t => {
    const { surprises } = await heard(
      t,
      `B: 220 ready
       P: EHLO mx.example
       B: 250-there
       B: 250 XCLIENT NAME ADDR PORT
       P: XCLIENT ADDR=[UNAVAILABLE] NAME=[UNAVAILABLE]
       B: 220 ready
       P: MAIL FROM:<a@b>
       B: 250 ok
       P: RCPT TO:<c@d>
       B: 250 ok`,
      'smtp_auth none; server { listen {unix}; protocol smtp; }',
      ['MAIL FROM:<a@b>', 'RCPT TO:<c@d>'],
    )
    assert.deepEqual(surprises, [])
  })

  for (const [version, header] of [
    ['on', 'PROXY UNKNOWN'],
    ['v2', '/^$/'],
  ] as const) {
    it(`is a header without a client with proxy_protocol ${version}`, async t => {
      const { heard: lines } = await heard(
        t,
        `P: ${header}\nB: +OK`,
        `proxy_protocol ${version}; server { listen {unix}; protocol pop3; }`,
        ['USER alice', 'PASS secret'],
      )
      // Version 2 begins with an empty line, and ends with one that no mail server reads.
      assert.equal(lines[0], version === 'on' ? 'PROXY UNKNOWN' : '')
    })
  }
})
