import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { isReusable } from '../../src/protocol/auth-http-answer.ts'
import { MailClient } from '../support/mail-client.ts'
import { relayFor } from '../support/on-relay.ts'

/** An auth server that says `answer` to each question, or does with its connection what it likes. */
async function answering(
  t: TestContext,
  answer: string,
  after: (socket: Socket) => void = () => {},
) {
  const asked: string[] = []
  let connections = 0
  const server = createServer(socket => {
    connections++
    socket.on('error', () => {})
    socket.on('data', chunk => {
      asked.push(chunk.toString('latin1'))
      socket.write(answer)
      after(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `127.0.0.1:${port}/a`, asked, connections: () => connections }
}

const quick = 'HTTP/1.1 200 OK\r\nAuth-Status: no\r\nContent-Length: 0\r\n\r\n'

async function threeLogins(t: TestContext, url: string, more: string): Promise<void> {
  const here = await relayFor(
    t,
    `auth_http ${url}; ${more} server { listen {pop3}; protocol pop3; }`,
  )
  for (let at = 0; at < 3; at++) {
    const client = await MailClient.open(here.port('pop3'))
    await client.line()
    await client.ask('USER alice')
    assert.equal(await client.ask('PASS secret'), '-ERR no')
    client.close()
  }
}

describe('auth_http_keepalive', () => {
  it('asks over one connection again and again, in HTTP/1.1', async t => {
    const { url, asked, connections } = await answering(t, quick)
    await threeLogins(t, url, 'auth_http_keepalive 2;')
    assert.equal(connections(), 1)
    assert.equal(asked.length, 3)
    for (const question of asked) assert.match(question, /^GET \/a HTTP\/1\.1\r\nHost: /)
  })

  it('is off unless said: each question has a connection of its own, in HTTP/1.0', async t => {
    const { url, asked, connections } = await answering(t, quick)
    await threeLogins(t, url, '')
    assert.equal(connections(), 3)
    assert.match(asked[0] ?? '', /^GET \/a HTTP\/1\.0\r\n/)
  })

  it('asks anew where the server closed a connection that waited', async t => {
    const { url, connections } = await answering(t, quick, socket =>
      setImmediate(() => socket.end()),
    )
    await threeLogins(t, url, 'auth_http_keepalive 2;')
    assert.ok(connections() >= 2)
  })
})

const rows: readonly (readonly [answer: string, reusable: boolean])[] = [
  [quick, true],
  [quick.replace('Length: 0', 'Length: 2').concat('ok'), true],
  [quick.replace('Length: 0', 'Length: 2').concat('o'), false],
  [quick.concat('x'), false],
  [quick.replace('HTTP/1.1', 'HTTP/1.0'), false],
  [quick.replace('Auth-Status', 'Connection: close\r\nAuth-Status'), false],
  [quick.replace('Content-Length: 0', 'Transfer-Encoding: chunked'), false],
  [quick.replace('Content-Length: 0', 'X-Y: z'), false],
]

for (const [answer, reusable] of rows) {
  it(`${JSON.stringify(answer)} ${reusable ? 'leaves' : 'does not leave'} the connection for another`, () => {
    assert.equal(isReusable(Buffer.from(answer)), reusable)
  })
}
