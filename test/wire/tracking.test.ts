import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { Lender } from '../../src/wire/lend.ts'
import { Sockets } from '../../src/wire/sockets.ts'
import { Splice } from '../../src/wire/splice.ts'
import type { Ending } from '../../src/wire/splicing.ts'
import { highWaterMark } from '../../src/wire/stream-connection.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import type { Moves, Over, Tracker } from '../../src/words/relayed.ts'
import { acceptFor, knownHandles } from '../support/connections.ts'

const nothing: Moves = { toBackend: [], toClient: [] }

/** Passes all on, but for what a test overrides. */
class Passing implements Tracker {
  readonly kind = 'tracker'
  readonly idle: boolean = true
  readonly finished: boolean = false
  waiting = false
  over: Over | undefined
  client(chunk: Buffer): Moves {
    return { toBackend: [chunk], toClient: [] }
  }
  backend(chunk: Buffer): Moves {
    return { toBackend: [], toClient: [chunk] }
  }
  backendEnded(): Moves {
    return nothing
  }
}

interface Setting {
  readonly client: Socket
  readonly splice: Promise<Splice>
  readonly ended: Promise<Ending>
}

/** A client, a splice with `tracker`, and a backend that does what `onBackend` says. */
async function between(
  t: TestContext,
  tracker: Tracker,
  onBackend: (socket: Socket) => void,
  early = '',
): Promise<Setting> {
  const backend = await listen(t, onBackend)
  const ended = Promise.withResolvers<Ending>()
  const made = Promise.withResolvers<Splice>()
  const sockets = new Sockets(new Lender(), knownHandles())
  const front = await acceptFor(t, sockets, connection => {
    sockets.connect('127.0.0.1', backend).then(dialled => {
      const splice = new Splice({
        client: connection,
        backend: dialled,
        wheel: new Wheel(),
        hold: 0,
        timeout: 60_000,
        ahead: Buffer.alloc(0),
        early: Buffer.from(early),
        relayed: tracker,
        ended: ended.resolve,
      })
      made.resolve(splice)
    }, ended.reject)
  })
  const client = connect({ port: front, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => {})
  t.after(() => client.destroy())
  return { client, splice: made.promise, ended: ended.promise }
}

async function listen(t: TestContext, onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true, highWaterMark }, socket => {
    socket.on('error', () => {})
    t.after(() => socket.destroy())
    onConnection(socket)
  })
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function everything(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

describe('a tracker between two sockets', () => {
  it('is given what each side sends, and what had come early', async t => {
    const { client } = await between(t, new Passing(), socket => socket.pipe(socket), 'early ')
    client.end('hello')
    assert.equal(await everything(client), 'early hello')
  })

  it('does not read a client that does not read its answers', async t => {
    const size = 100_000_000
    let taken = 0
    const tracker = new (class extends Passing {
      override client(chunk: Buffer): Moves {
        taken += chunk.length
        return { toBackend: [], toClient: [chunk] }
      }
    })()
    const { client, splice } = await between(t, tracker, answering)
    client.pause()
    await splice
    client.end(Buffer.alloc(size))
    for (let before = -1; before !== taken || taken === 0; ) {
      before = taken
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    assert.ok(taken < size / 2, `${taken}`)
    let heard = 0
    for await (const chunk of client) heard += chunk.length
    assert.equal(heard, size)
  })

  it('passes on what a client had said, and only then its end', async t => {
    const tracker = new (class extends Passing {
      readonly #held: Buffer[] = []
      override client(chunk: Buffer): Moves {
        this.#held.push(chunk)
        this.waiting = true
        return nothing
      }
      override backend(): Moves {
        this.waiting = false
        return { toBackend: this.#held.splice(0), toClient: [] }
      }
    })()
    const backend = Promise.withResolvers<Socket>()
    const { client, splice } = await between(t, tracker, backend.resolve)
    const made = await splice
    client.end('the last')
    const socket = await backend.promise
    while (made.up === 0) await new Promise(resolve => setImmediate(resolve))
    socket.write('go')
    assert.equal(await everything(socket), 'the last')
  })

  it('does not read a client while it waits for the backend', async t => {
    let taken = 0
    const tracker = new (class extends Passing {
      override client(chunk: Buffer): Moves {
        taken += chunk.length
        this.waiting = true
        return nothing
      }
    })()
    const { client, splice } = await between(t, tracker, () => {})
    await splice
    client.write(Buffer.alloc(10_000_000))
    while (taken === 0) await new Promise(resolve => setImmediate(resolve))
    await new Promise(resolve => setTimeout(resolve, 100))
    assert.ok(taken <= 65_536, `${taken}`)
  })

  it('is given all of long replies', async t => {
    let given = 0
    const tracker = new (class extends Passing {
      override backend(chunk: Buffer): Moves {
        given += chunk.length
        return { toBackend: [], toClient: [chunk] }
      }
    })()
    const size = 8_000_000
    const { client } = await between(t, tracker, socket => socket.end(Buffer.alloc(size, 'a')))
    assert.equal((await everything(client)).length, size)
    assert.equal(given, size)
  })

  it('cuts the backend off when it is over, and lets the client read the last word', async t => {
    const tracker = new (class extends Passing {
      override client(): Moves {
        return {
          toBackend: [Buffer.from('no')],
          toClient: [Buffer.from('bye')],
          over: 'ambiguous body',
        }
      }
    })()
    const backend = Promise.withResolvers<Socket>()
    const { client, ended } = await between(t, tracker, backend.resolve)
    client.write('hello')
    const socket = await backend.promise
    assert.equal(await everything(socket).catch(() => ''), '')
    socket.destroy()
    assert.equal(await everything(client), 'bye')
    client.end()
    assert.equal(await ended, 'relay')
  })

  it('is told when the backend ends, and has the last word', async t => {
    const tracker = new (class extends Passing {
      override backendEnded(): Moves {
        return { ...nothing, toClient: [Buffer.from('lost')], over: 'reply out of turn' }
      }
    })()
    const { client } = await between(t, tracker, socket => socket.end('so '))
    client.end()
    assert.equal(await everything(client), 'so lost')
  })

  it('ends an idle session with a word of ours', async t => {
    const { client, splice } = await between(t, new Passing(), socket => socket.resume())
    const made = await splice
    assert.equal(made.idle, true)
    made.farewell('421 leaving\r\n')
    assert.equal(made.idle, false)
    assert.equal(await everything(client), '421 leaving\r\n')
  })
})

/** A backend that ends when the client has. */
function answering(socket: Socket): void {
  socket.resume().on('end', () => socket.end())
}
