/** Clients that send an octet now and then, in every state: each has the time of its state and no more. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import type { RunningRelay } from '../support/running-relay.ts'

async function site(t: TestContext): Promise<RunningRelay> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-slow-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const keys = await (await makeAuthority()).issue(['mail.example.com'])
  writeFileSync(join(folder, 'tls.crt'), keys.certificate)
  writeFileSync(join(folder, 'tls.key'), keys.key)
  const there = await backendFor(t, 'P: never')
  const tls = `starttls on; ssl_certificate ${folder}/tls.crt; ssl_certificate_key ${folder}/tls.key;`
  return await relayFor(
    t,
    `proxy_identity off; ${tls} timeout 1s; imap_auth plain; smtp_auth plain;
     proxy_pass 127.0.0.1:${there.port};
     server { listen {imap}; protocol imap; }
     server { listen {imaps} ssl; protocol imap; }
     server { listen {pop3}; protocol pop3; }
     server { listen {smtp}; protocol smtp; }
     server { listen {proxied} proxy_protocol; protocol pop3; set_real_ip_from 127.0.0.1; }`,
  )
}

const imapLate = /^\* BYE .*\r\n$/
const pop3Late = /^-ERR .*\r\n$/
const smtpLate = /^421 .*\r\n$/
const hello = `\x16\x03\x01\x02\x00\x01${'x'.repeat(500)}`

interface Slow {
  readonly state: string
  readonly listener: string
  /** What is said and answered first. */
  readonly says?: readonly string[]
  /** What comes octet by octet. */
  readonly trickles: string
  /** What is heard at the end. */
  readonly hears: RegExp
}

const rows: readonly Slow[] = [
  {
    ...{ state: 'in a PROXY header', listener: 'proxied' },
    ...{ trickles: 'PROXY TCP4 192.0.2.1 192.0.2.2 1000 110\r\n', hears: /^$/ },
  },
  { state: 'in a TLS handshake', listener: 'imaps', trickles: hello, hears: /^$/ },
  {
    ...{ state: 'in the handshake of STARTTLS', listener: 'imap', says: ['a STARTTLS\r\n'] },
    ...{ trickles: hello, hears: /^$/ },
  },
  {
    ...{ state: 'in a command', listener: 'pop3', trickles: `USER ${'a'.repeat(200)}` },
    hears: pop3Late,
  },
  {
    ...{ state: 'in a literal', listener: 'imap', says: ['a LOGIN {200}\r\n'] },
    ...{ trickles: 'a'.repeat(200), hears: imapLate },
  },
  {
    ...{ state: 'in a SASL exchange', listener: 'smtp', says: ['EHLO c\r\n', 'AUTH PLAIN\r\n'] },
    ...{ trickles: 'A'.repeat(200), hears: smtpLate },
  },
]

describe('a client that is slow', { timeout: 30_000, concurrency: true }, () => {
  for (const { state, listener, says = [], trickles, hears } of rows) {
    it(`${state} is ended when its time is over, however it spends it`, async t => {
      const here = await site(t)
      const client = await MailClient.open(here.port(listener))
      if (hears.source !== '^$' || says.length > 0) await client.line()
      for (const line of says) {
        client.say(line)
        while (/^\d{3}-/.test(await client.line()));
      }
      const began = performance.now()
      const octets = [...trickles]
      const drip = setInterval(() => client.say(octets.shift() ?? 'x'), 100)
      t.after(() => clearInterval(drip))
      assert.match(await client.rest(), hears)
      const took = performance.now() - began
      assert.ok(took < 5_000, `${took} ms`)
      await here.relay.shared.sessions.none()
      assert.equal((await here.ended())['failure'], 'timeout')
    })
  }
})
