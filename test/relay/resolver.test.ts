import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { arpa } from '../../src/relay/name-servers.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { type DnsAnswer, startDnsServer } from '../support/dns-server.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

async function dnsFor(t: TestContext, answers: Readonly<Record<string, DnsAnswer>>, ttl?: number) {
  const started = await startDnsServer(answers, ttl)
  t.after(() => started.stop())
  return started
}

/** The `Client-Host` that an auth server is told of a client at 127.0.0.1. */
async function told(t: TestContext, resolver: string): Promise<string | undefined> {
  const auth = await startAuthServer(() => ({ 'Auth-Status': 'no' }))
  t.after(() => auth.stop())
  const here = await relayFor(
    t,
    `auth_http ${auth.url}; ${resolver} server { listen {smtp}; protocol smtp; }`,
  )
  const client = await MailClient.open(here.port('smtp'))
  await client.line()
  await client.ask(`AUTH PLAIN ${Buffer.from('\0alice\0secret').toString('base64')}`)
  client.close()
  return auth.asked[0]?.['client-host']
}

const ptr = 'PTR 1.0.0.127.in-addr.arpa'
const a = 'A client.example'

describe('resolver', () => {
  const rows: readonly (readonly [
    why: string,
    answers: Readonly<Record<string, DnsAnswer>>,
    name: string,
  ])[] = [
    [
      'gives the name that leads back to the client',
      { [ptr]: ['client.example'], [a]: ['127.0.0.1'] },
      'client.example',
    ],
    ['knows a client without a name as such', {}, '[UNAVAILABLE]'],
    ['knows no name that does not exist', { [ptr]: ['client.example'] }, '[UNAVAILABLE]'],
    [
      'knows no name that leads elsewhere',
      { [ptr]: ['client.example'], [a]: ['192.0.2.1'] },
      '[UNAVAILABLE]',
    ],
    ['cannot tell where a server fails', { [ptr]: 'SERVFAIL' }, '[TEMPUNAVAIL]'],
    [
      'cannot tell where a server fails at the way back',
      { [ptr]: ['client.example'], [a]: 'SERVFAIL' },
      '[TEMPUNAVAIL]',
    ],
    [
      'takes no name with a character that no host name has',
      { [ptr]: ['cli ent.example'], 'A cli ent.example': ['127.0.0.1'] },
      '[TEMPUNAVAIL]',
    ],
  ]
  for (const [why, answers, name] of rows) {
    it(why, async t => {
      const { port } = await dnsFor(t, answers)
      assert.equal(await told(t, `resolver 127.0.0.1:${port};`), name)
    })
  }

  it('gives up after resolver_timeout', async t => {
    const { port } = await dnsFor(t, { [ptr]: 'silence' })
    const began = performance.now()
    const settings = `resolver 127.0.0.1:${port}; resolver_timeout 300ms;`
    assert.equal(await told(t, settings), '[TEMPUNAVAIL]')
    assert.ok(performance.now() - began < 2_000)
  })

  it('asks the next server where one fails', async t => {
    const bad = await dnsFor(t, { [ptr]: 'SERVFAIL', [a]: 'SERVFAIL' })
    const good = await dnsFor(t, { [ptr]: ['client.example'], [a]: ['127.0.0.1'] })
    const settings = `resolver 127.0.0.1:${bad.port} 127.0.0.1:${good.port};`
    assert.equal(await told(t, settings), 'client.example')
  })

  it('asks the next server where one does not answer', async t => {
    const bad = await dnsFor(t, { [ptr]: 'silence', [a]: 'silence' })
    const good = await dnsFor(t, { [ptr]: ['client.example'], [a]: ['127.0.0.1'] })
    const settings = `resolver 127.0.0.1:${bad.port} 127.0.0.1:${good.port}; resolver_timeout 900ms;`
    assert.equal(await told(t, settings), 'client.example')
  })

  it('looks for no addresses of a family that is off', async t => {
    const { port, asked } = await dnsFor(t, { [ptr]: ['client.example'], [a]: ['127.0.0.1'] })
    assert.equal(await told(t, `resolver 127.0.0.1:${port} ipv4=off;`), '[UNAVAILABLE]')
    assert.deepEqual(asked, [ptr])
  })

  it('remembers an answer, and over a reload', async t => {
    const { port, asked } = await dnsFor(t, { [ptr]: ['client.example'], [a]: ['127.0.0.1'] })
    const text = `proxy_pass 127.0.0.1:1; resolver 127.0.0.1:${port};
      server { listen {smtp}; protocol smtp; }`
    const here = await relayFor(t, text)
    const ask = async () => {
      const client = await MailClient.open(here.port('smtp'))
      await client.line()
      await client.ask(`AUTH PLAIN ${Buffer.from('\0alice\0secret').toString('base64')}`)
      client.close()
    }
    await ask()
    await ask()
    await here.apply(text)
    await ask()
    assert.deepEqual(asked, [ptr, a])
  })

  for (const [why, ttl, valid, count] of [
    ['asks again once the address is past its time to live', 0, '', 4],
    ['holds on to it as long as valid= says', 0, 'valid=30s', 2],
    ['goes by its time to live with valid=0', 60, 'valid=0', 2],
  ] as const) {
    it(why, async t => {
      const zone = { [ptr]: ['client.example'], [a]: ['127.0.0.1'] }
      const { port, asked } = await dnsFor(t, zone, ttl)
      const here = await relayFor(
        t,
        `proxy_pass 127.0.0.1:1; resolver 127.0.0.1:${port} ${valid};
         server { listen {smtp}; protocol smtp; }`,
      )
      for (let visit = 0; visit < 2; visit++) {
        const client = await MailClient.open(here.port('smtp'))
        await client.line()
        await client.ask(`AUTH PLAIN ${Buffer.from('\0alice\0secret').toString('base64')}`)
        client.close()
      }
      assert.equal(asked.length, count)
    })
  }

  it('finds an address under its own name of names', () => {
    assert.equal(arpa('192.0.2.7'), '7.2.0.192.in-addr.arpa')
    assert.match(arpa('2001:db8::1'), /^1\.0\.0\..*\.8\.b\.d\.0\.1\.0\.0\.2\.ip6\.arpa$/)
  })
})
