import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'
import { freePort, isOpen } from '../support/ports.ts'

/** Each server says in its capabilities which one it is. */
const server = (listen: string, who: string, more = '') =>
  `server { listen ${listen}; protocol imap; imap_capabilities ${who}; ${more} }`

const mail = (...servers: readonly string[]) => `proxy_pass 127.0.0.1:1; ${servers.join(' ')}`

/** Who answers there. */
async function answers(port: number, host: string): Promise<string> {
  const socket = connect({ port, host })
  await once(socket, 'connect')
  const client = new MailClient(socket)
  const greeting = await client.line()
  if (greeting !== '* OK IMAP4 ready') return greeting
  const said = await client.ask('a CAPABILITY')
  client.close()
  return said.split(' ')[2] ?? ''
}

const outcomes = (all: readonly { readonly address: string; readonly outcome: string }[]) =>
  Object.fromEntries(all.map(({ address, outcome }) => [address, outcome]))

describe('an address beside every address of its port', () => {
  const rows: readonly (readonly [
    listens: readonly string[],
    who: Readonly<Record<string, string>>,
  ])[] = [
    [['*:PORT', '127.0.0.2:PORT bind'], { '127.0.0.1': 'S0', '127.0.0.2': 'S1' }],
    [['127.0.0.2:PORT', 'PORT'], { '127.0.0.1': 'S1', '127.0.0.2': 'S0' }],
    [['[::]:PORT', '[::1]:PORT', '127.0.0.1:PORT'], { '::1': 'S1', '127.0.0.1': 'S2' }],
    [
      ['[::]:PORT ipv6only=off', '127.0.0.2:PORT'],
      { '::1': 'S0', '127.0.0.1': 'S0', '127.0.0.2': 'S1' },
    ],
    [
      ['[::]:PORT ipv6only=off', '*:PORT', '127.0.0.2:PORT'],
      { '::1': 'S0', '127.0.0.1': 'S1', '127.0.0.2': 'S2' },
    ],
  ]
  for (const [listens, who] of rows) {
    it(`gets its own connections: ${listens.join(', ')}`, async t => {
      const port = `${await freePort()}`
      const servers = listens.map((listen, at) => server(listen.replace('PORT', port), `S${at}`))
      const here = await relayFor(t, mail(...servers))
      assert.equal(here.relay.applied.length, listens.length)
      for (const { outcome } of here.relay.applied) assert.equal(outcome, 'applied')
      for (const [host, name] of Object.entries(who))
        assert.equal(await answers(Number(port), host), name, host)
    })
  }

  it('comes and goes with a new configuration, and no connection is refused', async t => {
    const port = await freePort()
    const every = server(`${port}`, 'EVERY')
    const alone = mail(every)
    const both = mail(every, server(`127.0.0.2:${port}`, 'ONE'))
    const here = await relayFor(t, alone)
    let refused = 0
    let going = true
    const knocking = (async () => {
      while (going) {
        const socket = connect(port, '127.0.0.2')
        await Promise.race([once(socket, 'connect'), once(socket, 'error').then(() => refused++)])
        socket.destroy()
      }
    })()
    for (let i = 0; i < 10; i++) {
      await here.apply(both)
      assert.equal(await answers(port, '127.0.0.2'), 'ONE')
      await here.apply(alone)
      assert.equal(await answers(port, '127.0.0.2'), 'EVERY')
    }
    going = false
    await knocking
    assert.equal(refused, 0)
  })

  it('keeps its session when it goes', async t => {
    const port = await freePort()
    const every = server(`${port}`, 'EVERY')
    const here = await relayFor(t, mail(every, server(`127.0.0.2:${port}`, 'ONE')))
    const socket = connect(port, '127.0.0.2')
    await once(socket, 'connect')
    const client = new MailClient(socket)
    await client.line()
    await here.apply(mail(every))
    assert.match(await client.ask('a CAPABILITY'), / ONE /)
    client.close()
    assert.equal((await here.ended())['listener'], `127.0.0.2:${port}`)
  })

  it('gets and gives back a socket of its own', async t => {
    const port = await freePort()
    const one = server(`127.0.0.2:${port}`, 'ONE')
    const here = await relayFor(t, mail(one))
    assert.equal(await isOpen(port), false)
    await here.apply(mail(one, server(`${port}`, 'EVERY')))
    assert.deepEqual(
      [await answers(port, '127.0.0.1'), await answers(port, '127.0.0.2')],
      ['EVERY', 'ONE'],
    )
    await here.apply(mail(one))
    assert.equal(await isOpen(port), false)
    assert.equal(await answers(port, '127.0.0.2'), 'ONE')
  })
})

describe('an address whose keys cannot be used', () => {
  const bad = 'ssl_certificate /nowhere/c; ssl_certificate_key /nowhere/k; starttls on;'

  it('is never served by the server of every address', async t => {
    const port = await freePort()
    const every = server(`${port}`, 'EVERY')
    const here = await relayFor(t, mail(every))
    const said = await here.apply(mail(every, server(`127.0.0.2:${port}`, 'ONE', bad)))
    assert.deepEqual(outcomes(said), { '0.0.0.0': 'applied', '127.0.0.2': 'failed' })
    assert.equal(await answers(port, '127.0.0.2'), 'END')
    assert.equal(await answers(port, '127.0.0.1'), 'EVERY')
  })

  it('keeps what it had, when its socket goes over to every address, too', async t => {
    const port = await freePort()
    const here = await relayFor(t, mail(server(`127.0.0.2:${port}`, 'OLD')))
    const every = server(`${port}`, 'EVERY')
    const said = await here.apply(mail(every, server(`127.0.0.2:${port}`, 'NEW', bad)))
    assert.deepEqual(outcomes(said), { '0.0.0.0': 'applied', '127.0.0.2': 'kept' })
    assert.equal(await answers(port, '127.0.0.2'), 'OLD')
  })

  it('leaves others their own when it is every address', async t => {
    const port = await freePort()
    const one = server(`127.0.0.2:${port}`, 'ONE')
    const here = await relayFor(t, mail(one))
    const said = await here.apply(mail(one, server(`${port}`, 'EVERY', bad)))
    assert.deepEqual(outcomes(said), { '0.0.0.0': 'failed', '127.0.0.2': 'applied' })
    assert.equal(await answers(port, '127.0.0.2'), 'ONE')
    assert.equal(await answers(port, '127.0.0.1'), 'END')
    await here.apply(mail(server(`${port}`, 'EVERY', bad)))
    assert.equal(await isOpen(port, '127.0.0.2'), false)
  })
})
