import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { mostQuestions } from '../../src/relay/auth-pool.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

const no = 'HTTP/1.1 200 OK\r\nAuth-Status: no\r\nContent-Length: 0\r\n'
const agreed = `${no}Connection: keep-alive\r\n\r\n`
const silent = `${no}\r\n`

/** An auth server; `say` answers the question of so many that came over its connection, which counts from 1. */
async function answering(t: TestContext, say: (socket: Socket, at: number) => void) {
  const asked: string[] = []
  let connections = 0
  const server = createServer(socket => {
    connections++
    let at = 0
    socket.on('error', () => {})
    socket.on('data', chunk => {
      asked.push(chunk.toString('latin1'))
      say(socket, ++at)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `127.0.0.1:${port}/a`, asked, connections: () => connections }
}

const refused = '-ERR no'
const three = [refused, refused, refused]

/** Logins one after the other, and what each is told. */
async function logins(t: TestContext, url: string, more = '', told = three): Promise<void> {
  const block = `auth_http ${url}; ${more} server { listen {pop3}; protocol pop3; }`
  const here = await relayFor(t, block)
  for (const words of told) {
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS secret'), words)
    client.close()
  }
}

describe('auth_http_keepalive', () => {
  it('asks over one connection again and again where the server agrees', async t => {
    const { url, asked, connections } = await answering(t, socket => socket.write(agreed))
    await logins(t, url)
    assert.equal(connections(), 1)
    assert.equal(asked.length, 3)
    for (const question of asked) {
      assert.match(question, /^GET \/a HTTP\/1\.0\r\nHost: /)
      assert.match(question, /\r\nConnection: keep-alive\r\n\r\n$/)
    }
  })

  it('closes the connection behind a server that does not say that it agrees', async t => {
    const { url, connections } = await answering(t, socket => socket.write(silent))
    await logins(t, url)
    assert.equal(connections(), 3)
  })

  it('0: each question has a connection of its own, and says nothing of it', async t => {
    const { url, asked, connections } = await answering(t, socket => socket.write(agreed))
    await logins(t, url, 'auth_http_keepalive 0;')
    assert.equal(connections(), 3)
    for (const question of asked) assert.doesNotMatch(question, /Connection/)
  })

  it('in HTTP/1.1 asks again over each connection that the server does not close', async t => {
    const { url, asked, connections } = await answering(t, socket => socket.write(silent))
    await logins(t, url, 'auth_http_version 1.1;')
    assert.equal(connections(), 1)
    for (const question of asked) assert.match(question, /^GET \/a HTTP\/1\.1\r\nHost: /)
  })

  it('asks anew where the server closed a connection that waited', async t => {
    const { url, connections } = await answering(t, socket => {
      socket.write(agreed)
      setImmediate(() => socket.end())
    })
    await logins(t, url)
    assert.ok(connections() >= 2)
  })

  it('asks anew where the server closes instead of a second answer', async t => {
    const { url, asked, connections } = await answering(t, (socket, at) => {
      if (at === 1) socket.write(agreed)
      else socket.end()
    })
    await logins(t, url)
    assert.deepEqual([connections(), asked.length], [3, 5])
  })

  it('asks anew where what comes first is what was left of the answer before', async t => {
    const { url, connections } = await answering(t, (socket, at) =>
      socket.write(at === 1 ? agreed : `and more${agreed}`),
    )
    await logins(t, url)
    assert.equal(connections(), 3)
  })

  it('asks anew, too, where that comes octet by octet and begins as an answer does', async t => {
    const { url, connections } = await answering(t, (socket, at) => {
      if (at === 1) socket.write(agreed)
      else for (const octet of 'HTML') setImmediate(() => socket.write(octet))
    })
    await logins(t, url)
    assert.equal(connections(), 3)
  })

  it('takes an answer that is wrong for one, and does not ask anew', async t => {
    const { url, asked } = await answering(t, socket =>
      socket.write(asked.length === 1 ? agreed : `${no}Auth Status\r\n\r\n`),
    )
    await logins(t, url, '', [refused, '-ERR internal server error'])
    assert.equal(asked.length, 2)
  })

  it('closes a connection that says something unasked while it waits', async t => {
    const { url, connections } = await answering(t, socket => {
      socket.write(agreed)
      setImmediate(() => socket.write(agreed))
    })
    await logins(t, url)
    assert.ok(connections() >= 2)
  })

  it(`asks over a fresh connection after ${mostQuestions} questions`, async t => {
    const { url, connections } = await answering(t, socket => socket.write(agreed))
    await logins(t, url, '', Array(mostQuestions + 1).fill(refused))
    assert.equal(connections(), 2)
  })
})
