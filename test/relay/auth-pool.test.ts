import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { AuthPool } from '../../src/relay/auth-pool.ts'
import { type Connection, nobody } from '../../src/wire/connection.ts'
import { Lender } from '../../src/wire/lend.ts'
import { Sockets } from '../../src/wire/sockets.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import { acceptFor, knownHandles } from '../support/connections.ts'
import { eventually } from '../support/programs.ts'

/** A pool for two, whose time a test turns, and connections to it from an auth server that says what a test likes. */
async function pooled(t: TestContext) {
  const sockets = new Sockets(new Lender(), knownHandles())
  let now = 0
  const wheel = new Wheel(() => now)
  const pool = new AuthPool(2, wheel)
  const servers: Connection[] = []
  const port = await acceptFor(t, sockets, connection => {
    servers.push(connection)
    connection.attach(nobody)
  })
  const connected = async () => {
    const client = await sockets.connect('127.0.0.1', port)
    client.attach(nobody)
    await eventually('the other end', () => servers.length > 0)
    const server = servers.pop()
    assert.ok(server)
    t.after(() => {
      client.destroy()
      server.destroy()
    })
    return { client, server }
  }
  const pass = (ms: number) => {
    now += ms
    wheel.turn()
  }
  return { pool, connected, pass }
}

describe('connections to an auth server that wait', () => {
  const ends: readonly (readonly [string, (server: Connection) => void])[] = [
    ['says something unasked', server => server.write('HTTP/1.0 200 OK\r\n')],
    ['ends its half', server => server.end()],
    ['closes it', server => server.destroy()],
  ]
  for (const [what, act] of ends) {
    it(`are closed where the server ${what}`, async t => {
      const { pool, connected } = await pooled(t)
      const { client, server } = await connected()
      pool.put(client)
      assert.equal(pool.size, 1)
      act(server)
      await eventually('the end of it', () => client.destroyed)
      assert.equal(pool.size, 0)
    })
  }

  it('wait for four seconds from the last question', async t => {
    const { pool, connected, pass } = await pooled(t)
    const { client } = await connected()
    pool.put(client)
    pass(3_900)
    const kept = pool.take()
    assert.equal(kept?.connection, client)
    pass(5_000)
    assert.ok(!client.destroyed)
    pool.put(client, kept)
    pass(3_900)
    assert.equal(pool.size, 1)
    pass(300)
    assert.equal(pool.size, 0)
    assert.ok(client.destroyed)
  })

  it('are no more than may wait, and the one that was used last is taken first', async t => {
    const { pool, connected } = await pooled(t)
    const [first, second, third] = [await connected(), await connected(), await connected()]
    for (const { client } of [first, second, third]) pool.put(client)
    assert.equal(pool.size, 2)
    assert.ok(third.client.destroyed)
    assert.equal(pool.take()?.connection, second.client)
    assert.equal(pool.take()?.connection, first.client)
    assert.equal(pool.take(), undefined)
  })

  it('are none that ended while they were asked', async t => {
    const { pool, connected } = await pooled(t)
    const ended = await connected()
    ended.server.end()
    await eventually('its end', () => ended.client.ended)
    const gone = await connected()
    gone.client.destroy()
    for (const { client } of [ended, gone]) {
      pool.put(client)
      assert.equal(pool.size, 0)
      assert.ok(client.destroyed)
    }
  })
})
