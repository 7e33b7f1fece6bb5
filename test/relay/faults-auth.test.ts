/** An auth server that is gone, slow or hostile: the login fails as our side's fault, and no more. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'

const backend = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /\nB: +OK in'

/** Writes without end, as fast as it is read. */
function endless(socket: Socket, start: string, more: string): void {
  const chunk = more.repeat(500)
  const write = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.write(start)
  socket.on('drain', write)
  write()
}

type Behaviour = readonly [title: string, act: (socket: Socket) => void]
const behaviours: readonly Behaviour[] = [
  ['closes at once', socket => socket.end()],
  ['resets the connection', socket => socket.resetAndDestroy()],
  ['answers nothing', () => {}],
  ['answers with garbage', socket => socket.end(Buffer.alloc(600, '\0\xff\r{', 'latin1'))],
  ['closes amid a header', socket => socket.end('HTTP/1.0 200 OK\r\nAuth-Status: O')],
  ['says 500', socket => socket.end('HTTP/1.0 500 No\r\n\r\n')],
  ['sends headers without end', socket => endless(socket, 'HTTP/1.0 200 OK\r\n', 'A: b\r\n')],
  ['sends a header without end', socket => endless(socket, 'HTTP/1.0 200 OK\r\nA: ', 'xxxx')],
  [
    'sends an octet at a time',
    socket => {
      const timer = setInterval(() => socket.write('x'), 20)
      socket.on('close', () => clearInterval(timer))
    },
  ],
]

describe('an auth server', () => {
  for (const [title, act] of behaviours) {
    it(`that ${title} costs the login that asked it, within auth_http_timeout`, async t => {
      const there = await backendFor(t, backend)
      let asked = 0
      const open = new Set<Socket>()
      const auth = createServer(socket => {
        open.add(socket)
        socket.on('error', () => {}).on('close', () => open.delete(socket))
        socket.once('data', () => {
          if (asked++ === 0) return act(socket)
          const headers = `Auth-Status: OK\r\nAuth-Server: 127.0.0.1\r\nAuth-Port: ${there.port}`
          socket.end(`HTTP/1.0 200 OK\r\n${headers}\r\n\r\n`)
        })
      })
      auth.listen(0, '127.0.0.1')
      await once(auth, 'listening')
      t.after(() => auth.close())
      const address = auth.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const here = await relayFor(
        t,
        `proxy_identity off; auth_http 127.0.0.1:${port}/; auth_http_timeout 300ms;
         server { listen {pop3}; protocol pop3; }`,
      )
      const login = async () => {
        const client = await MailClient.open(here.port('pop3'))
        await client.line()
        await client.ask('USER a')
        return { client, reply: await client.ask('PASS b') }
      }
      const first = await login()
      assert.equal(first.reply, '-ERR internal server error')
      assert.equal(await first.client.line(), 'END')
      first.client.close()
      assert.equal(there.connections(), 0)
      const second = await login()
      assert.equal(second.reply, '+OK in')
      second.client.close()
      await here.relay.shared.sessions.none()
      for (const socket of open) await once(socket, 'close')
    })
  }

  for (const [title, act] of behaviours.filter(([title]) => title.includes('without end'))) {
    it(`that ${title} is cut off at its cap, whatever time it has`, {
      timeout: 10_000,
    }, async t => {
      const auth = createServer(socket => {
        socket.on('error', () => {}).once('data', () => act(socket))
      })
      auth.listen(0, '127.0.0.1')
      await once(auth, 'listening')
      t.after(() => auth.close())
      const address = auth.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const here = await relayFor(
        t,
        `proxy_identity off; auth_http 127.0.0.1:${port}/; auth_http_timeout 60s;
         server { listen {pop3}; protocol pop3; }`,
      )
      const client = await MailClient.open(here.port('pop3'))
      await client.line()
      await client.ask('USER a')
      assert.equal(await client.ask('PASS b'), '-ERR internal server error')
      client.close()
    })
  }
})
