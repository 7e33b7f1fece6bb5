import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { bearerClient } from '../../src/sasl/bearer.ts'
import type { Bearer } from '../../src/words/mechanism.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const response = (mechanism: Bearer, login = 'alice', token = 't0ken') =>
  bearerClient(mechanism).response(Buffer.from(login), Buffer.from(token)).toString('latin1')

const commands = {
  imap: { auth: 'a AUTHENTICATE', ok: 'a OK in', challenge: '+ ' },
  pop3: { auth: 'AUTH', ok: '+OK in', challenge: '+ ' },
  smtp: { auth: 'AUTH', ok: '235 2.7.0 in', challenge: '334 ' },
} as const
type Name = keyof typeof commands

const auths = 'xoauth2 oauthbearer'
const server = (protocol: Name, more: string) =>
  `${protocol}_auth ${auths}; xclient off; proxy_identity off; server_name mx.example; ${more}
   server { listen {front}; protocol ${protocol}; }`

/** What a backend that takes tokens says and hears. */
const scripts = {
  imap: (mechanism: Bearer, end: string) => `
    B: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 AUTH=OAUTHBEARER] ready
    P: a AUTHENTICATE ${bearerClient(mechanism).name}
    B: +
    P: ${response(mechanism)}
    ${end}`,
  pop3: (mechanism: Bearer, end: string) => `
    B: +OK ready
    P: AUTH ${bearerClient(mechanism).name}
    B: +
    P: ${response(mechanism)}
    ${end}`,
  smtp: (mechanism: Bearer, end: string) => `
    B: 220 ready
    P: EHLO mx.example
    B: 250-there
    B: 250 AUTH PLAIN XOAUTH2 OAUTHBEARER
    P: AUTH ${bearerClient(mechanism).name}
    B: 334
    P: ${response(mechanism)}
    ${end}`,
} as const

const refusals = {
  imap: ['+ e30=', 'a NO [AUTHENTICATIONFAILED] no'],
  pop3: ['+ e30=', '-ERR [AUTH] no'],
  smtp: ['334 e30=', '535 5.7.8 no'],
} as const

async function begin(t: TestContext, text: string): Promise<MailClient> {
  const here = await relayFor(t, text)
  const client = await MailClient.open(here.port('front'))
  await client.line()
  return client
}

for (const protocol of ['imap', 'pop3', 'smtp'] as const) {
  const { auth, ok, challenge } = commands[protocol]
  describe(`a token over ${protocol}`, () => {
    for (const mechanism of ['xoauth2', 'oauthbearer'] as const) {
      const { name, acknowledgement } = bearerClient(mechanism)

      it(`is repeated to the backend by ${name}`, async t => {
        const there = await backendFor(t, scripts[protocol](mechanism, `B: ${ok}`))
        const text = server(protocol, `proxy_pass 127.0.0.1:${there.port};`)
        const client = await begin(t, text)
        assert.equal(await client.ask(`${auth} ${name} ${response(mechanism)}`), ok)
        assert.deepEqual(there.surprises, [])
        client.close()
      })

      it(`that the backend refuses by ${name} ends in the backend's words`, async t => {
        const [why, no] = refusals[protocol]
        const end = `B: ${why}\nP: ${acknowledgement}\nB: ${no}`
        const there = await backendFor(t, scripts[protocol](mechanism, end))
        const text = server(protocol, `proxy_pass 127.0.0.1:${there.port};`)
        const client = await begin(t, text)
        assert.equal(await client.ask(`${auth} ${name} ${response(mechanism)}`), no)
        assert.deepEqual(there.surprises, [])
        client.close()
      })

      it(`is told to an auth server as ${mechanism}, which says why it refuses`, async t => {
        const asked = await startAuthServer(() => ({
          'Auth-Status': 'bad token',
          'Auth-Wait': '1',
          'Auth-Error-SASL': 'e30=',
        }))
        t.after(() => asked.stop())
        const client = await begin(t, server(protocol, `auth_http ${asked.url};`))
        const why = await client.ask(`${auth} ${name} ${response(mechanism)}`)
        assert.equal(why, `${challenge}e30=`)
        const no = await client.ask(acknowledgement)
        assert.match(no, /bad token$/)
        const [headers = {}] = asked.asked
        assert.deepEqual(
          [headers['auth-method'], headers['auth-user'], headers['auth-pass']],
          [mechanism, 'alice', 't0ken'],
        )
        assert.equal(await client.ask(`${auth} ${name} ${response(mechanism)}`), why)
        assert.match(await client.ask('nonsense'), /invalid command/i)
        client.close()
      })
    }

    it('is not taken where it is not enabled', async t => {
      const client = await begin(
        t,
        `proxy_pass 127.0.0.1:1; server { listen {front}; protocol ${protocol}; }`,
      )
      assert.match(await client.ask(`${auth} XOAUTH2 ${response('xoauth2')}`), /invalid command/i)
      client.close()
    })
  })
}

describe('an auth server', () => {
  it('that gives a password lets the login be one by password', async t => {
    const there = await backendFor(
      t,
      'B: +OK ready\nP: USER alice\nB: +OK\nP: PASS secret\nB: +OK in',
    )
    const asked = await startAuthServer(() => ({
      'Auth-Status': 'OK',
      'Auth-Server': '127.0.0.1',
      'Auth-Port': `${there.port}`,
      'Auth-Pass': 'secret',
    }))
    t.after(() => asked.stop())
    const client = await begin(t, server('pop3', `auth_http ${asked.url};`))
    assert.equal(await client.ask(`AUTH XOAUTH2 ${response('xoauth2')}`), '+OK in')
    client.close()
  })

  for (const [word, directive, login] of [
    ['yes', 'off', true],
    ['no', 'on', false],
  ] as const) {
    it(`says by Auth-SMTP ${word} whether there is a login behind proxy_smtp_auth ${directive}`, async t => {
      const script = `B: 220 ready\nP: EHLO mx.example\nB: 250-there\nB: 250 AUTH PLAIN
        ${login ? 'P: /AUTH PLAIN/\nB: 235 in' : ''}`
      const there = await backendFor(t, script)
      const asked = await startAuthServer(() => ({
        'Auth-Status': 'OK',
        'Auth-Server': '127.0.0.1',
        'Auth-Port': `${there.port}`,
        'Auth-SMTP': word,
      }))
      t.after(() => asked.stop())
      const more = `auth_http ${asked.url}; proxy_smtp_auth ${directive};`
      const client = await begin(t, server('smtp', more))
      await client.ask('EHLO client')
      await client.lines(1)
      const plain = Buffer.from('\0alice\0secret').toString('base64')
      assert.equal(await client.ask(`AUTH PLAIN ${plain}`), '235 2.0.0 OK')
      assert.equal(
        there.heard.some(line => line.startsWith('AUTH')),
        login,
      )
      client.close()
    })
  }
})
