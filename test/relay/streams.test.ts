/** A relay on Node's streams, where the handles of sockets are not what is known of them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type KeyPair, makeAuthority } from '../support/certificates.ts'
import { echoed } from '../support/echoed.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

let folder = ''
let keys: KeyPair
let pem = ''
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-streams-'))
  keys = await (await makeAuthority()).issue(['mail.example.com'])
  pem = join(folder, 'keys.pem')
  writeFileSync(pem, `${keys.certificate}\n${keys.key}`)
})
after(() => rmSync(folder, { recursive: true }))

const login = 'P: USER alice\nB: +OK\nP: PASS secret\nB: +OK in'

/** A client that is logged in behind STLS. */
async function upgraded(port: number): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  await client.ask('STLS')
  await client.startTls()
  await client.ask('USER alice')
  assert.equal(await client.ask('PASS secret'), '+OK in')
  return client
}

for (const on of ['handles', 'streams'] as const) {
  describe(`a relay on ${on}`, () => {
    it('carries what fills every buffer, in clear on both sides', async t => {
      const there = await backendFor(t, `B: +OK ready\n${login}`)
      const here = await relayFor(
        t,
        `proxy_identity off; proxy_pass 127.0.0.1:${there.port};
         server { listen {pop3}; protocol pop3; }`,
        on,
      )
      const client = await MailClient.open(here.port('pop3'))
      await client.line()
      await client.ask('USER alice')
      assert.equal(await client.ask('PASS secret'), '+OK in')
      await echoed(client)
    })

    it('carries what fills every buffer, encrypted on both sides after STLS', async t => {
      const there = await backendFor(t, `B: +OK ready\nP: STLS\nB: +OK\nTLS\n${login}`, keys)
      const here = await relayFor(
        t,
        `ssl_certificate ${pem}; ssl_certificate_key ${pem}; starttls on;
         proxy_identity off; proxy_ssl starttls; proxy_pass 127.0.0.1:${there.port};
         server { listen {pop3}; protocol pop3; }`,
        on,
      )
      const client = await upgraded(here.port('pop3'))
      await echoed(client)
    })

    for (const how of ['', `ssl_verify_client optional_no_ca; ssl_client_certificate {pem};`]) {
      const asked = how === '' ? '' : ', where its certificate was asked for'
      it(`tells a backend where a client connected to that has upgraded to TLS${asked}`, async t => {
        const there = await backendFor(t, `P: /^PROXY/\nB: +OK ready\n${login}`)
        const here = await relayFor(
          t,
          `ssl_certificate ${pem}; ssl_certificate_key ${pem}; starttls on; ${how.replace('{pem}', pem)}
           proxy_identity off; proxy_protocol on; proxy_pass 127.0.0.1:${there.port};
           server { listen {pop3}; protocol pop3; }`,
          on,
        )
        const client = await upgraded(here.port('pop3'))
        const told = new RegExp(`^PROXY TCP4 127.0.0.1 127.0.0.1 \\d+ ${here.port('pop3')}$`)
        assert.match(there.heard[0] ?? '', told)
        client.close()
      })
    }

    it('ends when the backend ends, with its last word, encrypted from the first octet', async t => {
      const there = await backendFor(t, `B: +OK ready\n${login}\nP: QUIT\nB: +OK bye\nEND`)
      const here = await relayFor(
        t,
        `ssl_certificate ${pem}; ssl_certificate_key ${pem};
         proxy_identity off; proxy_pass 127.0.0.1:${there.port};
         server { listen {pop3} ssl; protocol pop3; }`,
        on,
      )
      const client = await MailClient.openTls(here.port('pop3'))
      await client.line()
      await client.ask('USER alice')
      await client.ask('PASS secret')
      client.say('QUIT\r\n')
      assert.equal(await client.rest(), '+OK bye\r\n')
      client.end()
      const { ended, up, down } = await here.ended()
      assert.deepEqual({ ended, up, down }, { ended: 'backend', up: 6, down: 9 })
    })
  })
}
