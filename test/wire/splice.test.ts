import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { after, describe, it } from 'node:test'
import { RelayedImap } from '../../src/protocol/imap/relayed.ts'
import type { Handles } from '../../src/wire/handles.ts'
import { Lender } from '../../src/wire/lend.ts'
import { Sockets } from '../../src/wire/sockets.ts'
import { Splice } from '../../src/wire/splice.ts'
import type { Ending } from '../../src/wire/splicing.ts'
import { highWaterMark } from '../../src/wire/stream-connection.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import type { Relayed } from '../../src/words/relayed.ts'
import { acceptFor, kinds, knownHandles } from '../support/connections.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})

async function serve(onConnection: (socket: Socket) => void, halfOpen = true): Promise<number> {
  const server = createServer({ allowHalfOpen: halfOpen, highWaterMark }, socket => {
    socket.on('error', () => {})
    onConnection(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A relay of nothing but the splice, and the splices that it made. */
async function spliced(
  backendPort: number,
  options: {
    readonly handles: Handles | undefined
    readonly timeout?: number
    readonly lender?: Lender
    readonly relayed?: Relayed
  },
) {
  const wheel = new Wheel()
  const sockets = new Sockets(options.lender ?? new Lender(), options.handles)
  const splices: Splice[] = []
  const endings: Promise<Ending>[] = []
  const port = await acceptFor({ after }, sockets, client => {
    const connected = sockets.connect('127.0.0.1', backendPort)
    const ended = Promise.withResolvers<Ending>()
    endings.push(ended.promise)
    connected.then(backend => {
      const splice = new Splice({
        client,
        backend,
        wheel,
        hold: 4_096,
        timeout: options.timeout ?? 60_000,
        ahead: Buffer.alloc(0),
        relayed: options.relayed,
        ended: ended.resolve,
      })
      splices.push(splice)
    }, ended.reject)
  })
  return { port, splices, endings }
}

async function everything(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Waits until `count` has grown and then stands still: the kernel's buffers are full. Its value. */
async function stalled(count: () => number): Promise<number> {
  let before = -1
  while (before <= 0 || count() !== before) {
    before = count()
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return before
}

/** Octets that tell both the session and the place in it. */
function patternOf(name: number, size: number): Buffer {
  return Buffer.alloc(
    size,
    Buffer.from(Array.from({ length: 256 }, (_, at) => (at * 31 + name) & 255)),
  )
}

for (const { on, handles } of kinds) {
  describe(`the relay phase on ${on}`, () => {
    it('carries octets both ways, and passes an end on without losing what is still to be said', async () => {
      const backend = await serve(socket => {
        const said: Buffer[] = []
        socket.on('data', (chunk: Buffer) => said.push(chunk))
        socket.on('end', () => socket.end(`you said ${Buffer.concat(said)}`))
      })
      const { port, endings } = await spliced(backend, { handles })
      const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      client.end('hello')
      assert.equal((await everything(client)).toString(), 'you said hello')
      assert.equal(await endings[0], 'client')
    })

    it('delivers the last reply of a backend that closes right behind it', async () => {
      const reply = Buffer.alloc(3_000_000, 'x')
      const backend = await serve(socket => socket.end(reply), false)
      const { port, endings } = await spliced(backend, { handles })
      const client = connect({ port, host: '127.0.0.1' })
      const got = await everything(client)
      assert.equal(got.length, reply.length)
      assert.equal(await endings[0], 'backend')
    })

    for (const [word, waits] of [
      ['NOOP', true],
      ['LOGOUT', false],
    ] as const) {
      it(`${waits ? 'waits' : 'does not wait'} for the end of a client whose backend ended after ${word}`, async () => {
        const backend = await serve(socket => socket.on('data', () => socket.end('a OK bye\r\n')))
        const relayed = new RelayedImap()
        const { port, endings, splices } = await spliced(backend, { handles, relayed })
        const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
        let heard = ''
        client.on('data', octets => {
          heard += octets
        })
        client.write(`a ${word}\r\n`)
        await once(client, 'end')
        assert.equal(heard, 'a OK bye\r\n')
        // What it still says is taken, or nobody is there any more.
        client.on('error', () => {}).end('b')
        assert.equal(await endings[0], 'backend')
        assert.equal(splices[0]?.up, `a ${word}\r\n${waits ? 'b' : ''}`.length)
        client.destroy()
      })
    }

    it('holds little for a client that does not read, and nothing is lost when it does', async () => {
      const size = 24 * 1024 * 1024
      let sent = 0
      const backend = await serve(socket => {
        const chunk = Buffer.alloc(65_536, 'y')
        const more = () => {
          while (sent < size) {
            sent += chunk.length
            if (!socket.write(chunk)) return
          }
          socket.end()
        }
        socket.on('drain', more)
        more()
      })
      const { port, splices } = await spliced(backend, { handles })
      const client = connect({ port, host: '127.0.0.1' })
      await once(client, 'connect')
      client.pause()
      const before = await stalled(() => splices[0]?.down ?? -1)
      assert.ok(before < size, 'the relay read everything although nobody took it')
      const got = await everything(client)
      assert.equal(got.length, sent)
    })

    it('ends a session in which both sides are silent for too long', async () => {
      const backend = await serve(() => {})
      const { port, endings } = await spliced(backend, { handles, timeout: 200 })
      const client = connect({ port, host: '127.0.0.1' })
      await everything(client)
      assert.equal(await endings[0], 'timeout')
    })

    it('counts traffic of either side against the silence', async () => {
      const backend = await serve(socket => {
        let times = 0
        const timer = setInterval(() => {
          socket.write('.')
          if (++times < 10) return
          clearInterval(timer)
          socket.end('!')
        }, 100)
      })
      const { port, endings } = await spliced(backend, { handles, timeout: 500 })
      const client = connect({ port, host: '127.0.0.1' })
      assert.equal((await everything(client)).toString(), '..........!')
      assert.equal(await endings[0], 'backend')
    })

    it('probes sockets that were silent for half a minute, and none before', async () => {
      let now = 0
      const wheel = new Wheel(() => now)
      const calls: unknown[][] = []
      const backend = await serve(() => {})
      const sockets = new Sockets(new Lender(), handles)
      const dialled = async () => {
        const connection = await sockets.connect('127.0.0.1', backend)
        connection.keepAlive = (...args) => {
          calls.push(args)
        }
        return connection
      }
      const [client, other] = [await dialled(), await dialled()]
      const splice = new Splice({
        client,
        backend: other,
        wheel,
        hold: 4_096,
        timeout: 86_400_000,
        ahead: Buffer.from('x'),
        ended: () => {},
      })
      const pass = (ms: number) => {
        now += ms
        wheel.turn()
      }
      pass(29_000)
      assert.deepEqual(calls, [])
      pass(2_000)
      assert.deepEqual(calls, [
        [true, 60_000],
        [true, 60_000],
      ])
      pass(80_000_000)
      assert.equal(client.destroyed, false)
      splice.destroy('leaving')
    })

    it('never lets an octet of one session appear in another, however slowly the clients read', async () => {
      const sessions = 100
      // More than the kernel takes for a client that does not read: writes are left unfinished.
      const size = 5_000_000
      const backend = await serve(socket => {
        // The client names its pattern with its first octet.
        socket.once('data', (name: Buffer) => {
          const pattern = patternOf(name[0] ?? 0, size)
          let at = 0
          const more = () => {
            while (at < size) {
              const next = Math.min(size, at + 1 + ((at * 7919) % 90_000))
              const went = socket.write(pattern.subarray(at, next))
              at = next
              if (!went) return
            }
            socket.end()
          }
          socket.on('drain', more)
          more()
        })
      })
      const { port, splices } = await spliced(backend, { handles })
      const clients = Array.from({ length: sessions }, (_, index) => {
        const client = connect({ port, host: '127.0.0.1' })
        client.pause()
        client.write(Buffer.from([index + 1]))
        return client
      })
      await stalled(() => splices.reduce((sum, { down }) => sum + down, 0))
      const read = async (client: Socket, name: number): Promise<void> => {
        const pattern = patternOf(name, 65_536 + 256)
        let count = 0
        for await (const chunk of client as AsyncIterable<Buffer>) {
          const at = count % 256
          assert.ok(
            pattern.subarray(at, at + chunk.length).equals(chunk),
            `foreign octets in ${name}`,
          )
          count += chunk.length
          await new Promise(resolve => setImmediate(resolve))
        }
        assert.equal(count, size)
      }
      await Promise.all(clients.map((client, index) => read(client, index + 1)))
    })
  })
}

it('copies where no more buffers can be lent', async () => {
  const handles = knownHandles()
  const lender = new Lender()
  while (lender.borrow()) {
    // Until none is left.
  }
  const backend = await serve(socket => socket.end(Buffer.alloc(2_000_000, 'z')))
  const { port } = await spliced(backend, { handles, lender })
  const got = await everything(connect({ port, host: '127.0.0.1' }))
  assert.equal(got.length, 2_000_000)
  assert.ok(got.every(octet => octet === 0x7a))
})
