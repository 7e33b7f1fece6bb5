import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { type Connection, nobody } from '../../src/wire/connection.ts'
import { Lender } from '../../src/wire/lend.ts'
import { Sockets } from '../../src/wire/sockets.ts'
import { acceptFor, kinds } from '../support/connections.ts'

for (const { on, handles } of kinds) {
  /** As many connections as asked for, whose peers stay. */
  async function connections(t: TestContext, count: number): Promise<readonly Connection[]> {
    const accepted: Connection[] = []
    const all = Promise.withResolvers<void>()
    const port = await acceptFor(t, new Sockets(new Lender(), handles), connection => {
      if (accepted.push(connection) === count) all.resolve()
    })
    for (let made = 0; made < count; made++) {
      const peer = connect(port, '127.0.0.1')
      t.after(() => peer.destroy())
      await once(peer, 'connect')
    }
    await all.promise
    return accepted
  }

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
