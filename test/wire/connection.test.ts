import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { type Connection, nobody } from '../../src/wire/connection.ts'
import { Lender } from '../../src/wire/lend.ts'
import { Sockets } from '../../src/wire/sockets.ts'
import { acceptFor, kinds } from '../support/connections.ts'

for (const { on, handles } of kinds) {
  /** As many connections as asked for, whose peers stay. */
  async function connections(t: TestContext, count: number): Promise<readonly Connection[]> {
    const all = await pairs(t, count)
    return all.map(({ connection }) => connection)
  }

  /** Connections and their peers. */
  async function pairs(
    t: TestContext,
    count: number,
  ): Promise<readonly { readonly connection: Connection; readonly peer: Socket }[]> {
    const peers: Socket[] = []
    const accepted: Connection[] = []
    const all = Promise.withResolvers<void>()
    const port = await acceptFor(t, new Sockets(new Lender(), handles), connection => {
      if (accepted.push(connection) === count) all.resolve()
    })
    for (let made = 0; made < count; made++) {
      const peer = connect(port, '127.0.0.1')
      t.after(() => peer.destroy())
      await once(peer, 'connect')
      peers.push(peer)
    }
    await all.promise
    return accepted.flatMap((connection, at) => {
      const peer = peers[at]
      return peer ? [{ connection, peer }] : []
    })
  }

  it(`what the kernel does not take at once is not written over by another's octets on ${on}`, async t => {
    const [slow, other] = await pairs(t, 2)
    assert.ok(slow && other)
    slow.connection.attach(nobody)
    other.connection.attach(nobody)
    let count = 0
    while (slow.connection.waiting === 0) {
      const octets = Buffer.alloc(1_000, 'a')
      slow.connection.forward(octets, 'shared', other.connection)
      octets.fill('z')
      count += octets.length
    }
    for (let more = 0; more < 10; more++)
      other.connection.forward(Buffer.alloc(1_000, 'b'), 'shared', slow.connection)
    slow.connection.end()
    let read = 0
    for await (const chunk of slow.peer as AsyncIterable<Buffer>) {
      assert.ok(chunk.every(octet => octet === 0x61))
      read += chunk.length
    }
    assert.equal(read, count)
  })

  it(`what waits for a peer that does not read takes little more than it says on ${on}`, async t => {
    const [slow, other] = await pairs(t, 2)
    assert.ok(slow && other)
    slow.connection.attach(nobody)
    while (slow.connection.waiting === 0)
      slow.connection.forward(Buffer.alloc(1_000, 'a'), 'shared', other.connection)
    const { arrayBuffers } = process.memoryUsage()
    const few = Buffer.alloc(10, 'b')
    for (let more = 0; more < 1_000; more++)
      slow.connection.forward(few, 'shared', other.connection)
    assert.ok(slow.connection.waiting >= 10_000)
    assert.ok(process.memoryUsage().arrayBuffers - arrayBuffers < 500_000)
  })

  describe(`the end of connections on ${on}`, () => {
    it('is told once, and never amid the call that closes', async t => {
      const [one] = await connections(t, 1)
      assert.ok(one)
      let told = 0
      const closed = Promise.withResolvers<void>()
      one.attach({
        ...nobody,
        closed: from => {
          assert.ok(from.closed)
          told++
          closed.resolve()
        },
      })
      one.destroy()
      one.destroy()
      one.end()
      assert.deepEqual([told, one.destroyed], [0, true])
      await closed.promise
      one.destroy()
      await new Promise(resolve => setImmediate(resolve))
      assert.equal(told, 1)
    })

    it('is told of another that is closed meanwhile, but not amid that', async t => {
      const [first, second] = await connections(t, 2)
      assert.ok(first && second)
      const told: string[] = []
      const closed = Promise.withResolvers<void>()
      first.attach({
        ...nobody,
        closed: () => {
          second.destroy()
          told.push('first')
        },
      })
      second.attach({
        ...nobody,
        closed: () => {
          told.push('second')
          closed.resolve()
        },
      })
      first.destroy()
      await closed.promise
      assert.deepEqual(told, ['first', 'second'])
    })

    it('is told to whoever is the receiver by then', async t => {
      const [one] = await connections(t, 1)
      assert.ok(one)
      one.attach({ ...nobody, closed: () => assert.fail('it listens no more') })
      one.destroy()
      await new Promise<void>(resolve => one.attach({ ...nobody, closed: () => resolve() }))
    })
  })
}
