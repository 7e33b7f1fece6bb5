import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { isOpen } from '../support/ports.ts'

const accepting = `
  B: +OK ready
  P: USER alice
  B: +OK
  P: PASS secret
  B: +OK logged in`

async function loggedIn(port: number): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  await client.ask('USER alice')
  assert.equal(await client.ask('PASS secret'), '+OK logged in')
  return client
}

const serving = (port: number, more = '') =>
  `proxy_identity off; proxy_pass 127.0.0.1:${port}; ${more} server { listen {pop3}; protocol pop3; }`

describe('a new configuration', () => {
  it('leaves sessions alone and counts for new ones', async t => {
    const [old, fresh] = [await backendFor(t, accepting), await backendFor(t, accepting)]
    const here = await relayFor(t, serving(old.port))
    const stays = await loggedIn(here.port('pop3'))
    await here.apply(serving(fresh.port))
    const comes = await loggedIn(here.port('pop3'))
    assert.equal(await stays.ask('still here'), 'still here')
    assert.equal(await comes.ask('here too'), 'here too')
    assert.deepEqual([old.connections(), fresh.connections()], [1, 1])
    stays.close()
    comes.close()
  })

  it('keeps what a session before its login began with', async t => {
    const [old, fresh] = [await backendFor(t, accepting), await backendFor(t, accepting)]
    const here = await relayFor(t, serving(old.port))
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await here.apply(serving(fresh.port))
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS secret'), '+OK logged in')
    assert.deepEqual([old.connections(), fresh.connections()], [1, 0])
    client.close()
  })

  it('never closes a listener that both have: no connection is refused in between', async t => {
    const there = await backendFor(t, accepting)
    const here = await relayFor(t, serving(there.port))
    let refused = 0
    let going = true
    const knocking = (async () => {
      while (going) {
        const socket = connect(here.port('pop3'), '127.0.0.1')
        await Promise.race([once(socket, 'connect'), once(socket, 'error').then(() => refused++)])
        socket.destroy()
      }
    })()
    for (let i = 0; i < 50; i++) await here.apply(serving(there.port, `timeout ${i + 1}s;`))
    going = false
    await knocking
    assert.equal(refused, 0)
  })

  it('closes a listener that it lacks, and leaves the sessions of others alone', async t => {
    const there = await backendFor(t, accepting)
    const here = await relayFor(t, serving(there.port, 'server { listen {other}; protocol pop3; }'))
    const [stays, goes] = [await loggedIn(here.port('pop3')), await loggedIn(here.port('other'))]
    await here.apply(serving(there.port))
    assert.equal(await isOpen(here.port('other')), false)
    assert.equal(await goes.line(), 'END')
    assert.equal(await stays.ask('still here'), 'still here')
    stays.close()
  })

  it('costs only the listener that cannot be opened', async t => {
    const there = await backendFor(t, accepting)
    const here = await relayFor(t, serving(there.port))
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    t.after(() => taken.close())
    const address = taken.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const answers = await here.apply(
      serving(there.port, `server { listen 127.0.0.1:${port} name=taken; protocol pop3; }`),
    )
    assert.deepEqual(
      answers.map(({ name, outcome, ...rest }) => [name, outcome, 'reason' in rest && rest.reason]),
      [
        ['taken', 'failed', 'address already in use'],
        ['pop3', 'applied', false],
      ],
    )
    ;(await loggedIn(here.port('pop3'))).close()
  })

  it('opens a wildcard in place of a single address of the same port', async t => {
    const there = await backendFor(t, accepting)
    const here = await relayFor(t, serving(there.port))
    const port = here.port('pop3')
    const answers = await here.apply(
      serving(there.port).replace('{pop3}', `0.0.0.0:${port} name=all`),
    )
    assert.deepEqual(
      answers.map(({ name, outcome }) => [name, outcome]),
      [['all', 'applied']],
    )
    ;(await loggedIn(port)).close()
  })
})
