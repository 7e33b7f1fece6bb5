/** Clients that break off, and many that wait while the configuration changes under them. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { collect } from '../../src/bin/give-back.ts'
import type { Session } from '../../src/relay/session.ts'
import { makeAuthority } from '../support/certificates.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { eventually } from '../support/programs.ts'
import type { RunningRelay } from '../support/running-relay.ts'

const imap = `B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
  P: /^a AUTHENTICATE PLAIN /
  B: a OK in`
const smtp = `B: 220 mx
  P: EHLO mail.example.com
  B: 250-mx
  B: 250 AUTH PLAIN
  P: /^AUTH PLAIN /
  B: 235 in
  P: DATA
  B: 354 go
  P: never`
const pop3 = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'

async function site(t: TestContext): Promise<RunningRelay> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-faults-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const keys = await (await makeAuthority()).issue(['mail.example.com'])
  writeFileSync(join(folder, 'tls.crt'), keys.certificate)
  writeFileSync(join(folder, 'tls.key'), keys.key)
  const [i, s, p, mute] = await Promise.all([
    backendFor(t, imap),
    backendFor(t, smtp),
    backendFor(t, pop3),
    backendFor(t, 'P: never\nP: never'),
  ])
  const tls = `starttls on; ssl_certificate ${folder}/tls.crt; ssl_certificate_key ${folder}/tls.key;`
  return await relayFor(
    t,
    `proxy_identity off; xclient off; ${tls} imap_auth plain;
     server { listen {imap}; protocol imap; proxy_pass 127.0.0.1:${i.port}; }
     server { listen {imaps} ssl; protocol imap; proxy_pass 127.0.0.1:${i.port}; }
     server { listen {smtp}; protocol smtp; proxy_pass 127.0.0.1:${s.port}; }
     server { listen {pop3}; protocol pop3; proxy_pass 127.0.0.1:${p.port}; }
     server { listen {mute}; protocol pop3; proxy_pass 127.0.0.1:${mute.port}; }
     server {
       listen {proxied} proxy_protocol; protocol pop3; set_real_ip_from 127.0.0.1;
       proxy_pass 127.0.0.1:${p.port};
     }`,
  )
}

/** What the client says, each but the last answered by a line; then it breaks off. */
type State = readonly [state: string, listener: string, says: readonly string[]]
const states: readonly State[] = [
  ['before the PROXY header', 'proxied', []],
  ['within the PROXY header', 'proxied', ['PROXY TCP4 192.0.2.1']],
  ['within the TLS handshake', 'imaps', ['\x16\x03\x01\x02\x00\x01']],
  ['behind the greeting', 'imap', ['']],
  ['within a command', 'imap', ['a LOG']],
  ['within a literal', 'imap', ['a LOGIN {5}\r\n', 'al']],
  ['within a SASL exchange', 'imap', ['a AUTHENTICATE PLAIN\r\n', 'AGF']],
  ['within the handshake of STARTTLS', 'imap', ['a STARTTLS\r\n', '\x16\x03\x01\x02\x00\x01']],
  ['while a backend is silent', 'mute', ['USER a\r\n', 'PASS b\r\n']],
  ['right behind its password', 'pop3', ['USER a\r\n', 'PASS b\r\n']],
  ['logged in', 'pop3', ['USER a\r\n', 'PASS b\r\n', '']],
  ['within a literal after the login', 'imap', ['a LOGIN a b\r\n', 'b APPEND {9}\r\n', 'four']],
  ['within a message', 'smtp', ['HELO c\r\n', 'AUTH PLAIN AGEAYg==\r\n', 'DATA\r\n', 'half']],
]
const silent = new Set(['proxied', 'imaps'])

async function breakOff(
  here: RunningRelay,
  [state, listener, says]: State,
  how: (client: MailClient) => void,
): Promise<readonly WeakRef<Session>[]> {
  const { sessions } = here.relay.shared
  const client = await MailClient.open(here.port(listener))
  if (!silent.has(listener)) await client.line()
  for (const [at, text] of says.entries()) {
    client.say(text)
    if (at < says.length - 1) await client.line()
  }
  await eventually(`a session ${state}`, () => sessions.size > 0)
  const open = [...sessions].map(session => new WeakRef(session))
  how(client)
  await eventually(`the end of a session ${state}`, () => sessions.size === 0)
  return open
}

describe('a client that breaks off', () => {
  it('in any state, orderly or not, leaves no session, no descriptor and no memory', async t => {
    const here = await site(t)
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = descriptors()
    const gone = new Map<string, readonly WeakRef<Session>[]>()
    for (const state of states) {
      const orderly = await breakOff(here, state, client => client.close())
      const rudely = await breakOff(here, state, client => client.socket.resetAndDestroy())
      gone.set(state[0], [...orderly, ...rudely])
    }
    await eventually('descriptors to be closed', () => descriptors() <= before)
    const page = await here.metrics()
    assert.doesNotMatch(page, /^postern_(connections|upstream)_active\{.*\} [^0]/m)
    const kept = () =>
      [...gone].filter(([, refs]) => refs.some(ref => ref.deref())).map(([state]) => state)
    // Whoever was looked at is held until the next task.
    for (let tries = 0; tries < 20 && kept().length > 0; tries++) {
      await pause(50)
      collect()
    }
    assert.deepEqual(kept(), [])
  })
})

describe('hundreds of idle sessions', () => {
  it('are none the worse for a new configuration every 20 ms', async t => {
    const there = await backendFor(t, pop3)
    const text = (timeout: number) =>
      `proxy_identity off; proxy_pass 127.0.0.1:${there.port}; timeout ${timeout}s;
       server { listen {pop3}; protocol pop3; }`
    const here = await relayFor(t, text(60))
    const clients = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const client = await MailClient.open(here.port('pop3'))
        await client.line()
        await client.ask('USER a')
        assert.equal(await client.ask('PASS b'), '+OK in')
        return client
      }),
    )
    for (let reload = 0; reload < 50; reload++) {
      await here.apply(text(61 + reload))
      await pause(20)
    }
    const replies = await Promise.all(clients.map(client => client.ask('still here')))
    assert.deepEqual(new Set(replies), new Set(['still here']))
    assert.equal(here.relay.shared.sessions.size, clients.length)
    for (const client of clients) client.close()
    await here.relay.shared.sessions.none()
  })
})
