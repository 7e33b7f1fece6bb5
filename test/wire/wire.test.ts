import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import type { Connection } from '../../src/wire/connection.ts'
import type { Handles } from '../../src/wire/handles.ts'
import { Lender } from '../../src/wire/lend.ts'
import { Sockets } from '../../src/wire/sockets.ts'
import { readAhead, Wire } from '../../src/wire/wire.ts'
import { acceptFor, kinds } from '../support/connections.ts'

const line = { kind: 'line', atMost: 100 } as const

/** A wire and the peer at its other end. */
async function wired(
  t: TestContext,
  handles: Handles | undefined,
): Promise<{ wire: Wire; peer: Socket }> {
  const accepted = Promise.withResolvers<Connection>()
  const port = await acceptFor(t, new Sockets(new Lender(), handles), accepted.resolve)
  const peer = connect(port, '127.0.0.1')
  const connection = await accepted.promise
  t.after(() => {
    peer.destroy()
    connection.destroy()
  })
  return { wire: new Wire(connection), peer }
}

const text = (input: unknown) => (Buffer.isBuffer(input) ? input.toString() : input)

for (const { on, handles } of kinds) {
  describe(`a wire on ${on}`, () => {
    it('gives lines as they come, and those that are here at once', async t => {
      const { wire, peer } = await wired(t, handles)
      peer.write('one\r\ntw')
      assert.equal(text(await wire.read(line)), 'one')
      const second = wire.read(line)
      peer.write('o\r\nthree\r\n')
      assert.equal(text(await second), 'two')
      assert.equal(text(wire.take(line)), 'three')
      assert.equal(wire.take(line), undefined)
    })

    it('says why nothing more comes, and first gives what came before', async t => {
      const { wire, peer } = await wired(t, handles)
      peer.end('last\r\n')
      assert.equal(text(await wire.read(line)), 'last')
      assert.equal(await wire.read(line), 'ended')
    })

    it('tells of a peer that goes away while nobody reads', async t => {
      const { wire, peer } = await wired(t, handles)
      const gone = new Promise(resolve => {
        wire.onGone = resolve
      })
      peer.end()
      assert.equal(await gone, 'ended')
    })

    it('reads no more from a peer that sends far ahead, until it is asked to', async t => {
      const { wire, peer } = await wired(t, handles)
      peer.write(`${'x'.repeat(98)}\r\n`.repeat(50_000))
      while (!wire.connection.paused) await new Promise(resolve => setImmediate(resolve))
      assert.ok(wire.waiting >= readAhead)
      assert.ok(wire.waiting <= readAhead + 65_536)
      for (let i = 0; i < 50_000; i++)
        assert.equal(text(await wire.read(line))?.toString().length, 98)
    })

    it('gives up one wait without giving up the peer', async t => {
      const { wire, peer } = await wired(t, handles)
      const waited = wire.read(line)
      wire.giveUp()
      assert.equal(await waited, 'timeout')
      peer.write('late\r\n')
      assert.equal(text(await wire.read(line)), 'late')
    })

    it('leaves nothing of what was read where every connection reads', async t => {
      const lender = new Lender()
      const accepted = Promise.withResolvers<Connection>()
      const port = await acceptFor(t, new Sockets(lender, handles), accepted.resolve)
      const peer = connect(port, '127.0.0.1')
      const connection = await accepted.promise
      t.after(() => {
        peer.destroy()
        connection.destroy()
      })
      const wire = new Wire(connection)
      const heard = new Promise<string>(resolve => {
        wire.wait(() => resolve(String(text(wire.take(line)))))
      })
      peer.write('PASS secret\r\nQUIT\r\n')
      assert.equal(await heard, 'PASS secret')
      assert.ok(!lender.shared.includes('secret'))
      assert.equal(text(wire.take(line)), 'QUIT')
    })

    it('zeroes secrets once they are written', async t => {
      const { wire, peer } = await wired(t, handles)
      const secret = Buffer.from('PASS secret\r\n')
      wire.writeSecret(secret)
      const [chunk] = await once(peer, 'data')
      assert.equal(text(chunk), 'PASS secret\r\n')
      while (secret.some(octet => octet !== 0)) await new Promise(resolve => setImmediate(resolve))
    })
  })
}
