import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import {
  type HttpServer,
  mostConnections,
  mostHeader,
  probe,
  type Route,
  serveHttp,
} from '../../src/observe/http.ts'
import { silentLog } from '../../src/observe/log.ts'

async function serving(t: TestContext, routes: Record<string, Route>): Promise<HttpServer> {
  const server = await serveHttp({
    address: '127.0.0.1',
    port: 0,
    routes: new Map(Object.entries(routes)),
    log: silentLog(),
  })
  t.after(() => server.close())
  return server
}

async function exchange({ port }: HttpServer, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  return text(socket)
}

const ask = (method: string, path: string) =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`

test('answers GET with the page and HEAD with its headers alone', async t => {
  const server = await serving(t, {
    '/state': () => ({ body: '{}', type: 'application/json' }),
  })
  const got = await exchange(server, ask('GET', '/state?pretty'))
  assert.match(got, /^HTTP\/1\.1 200 .*content-type: application\/json\r\n.*\r\n\r\n\{\}$/s)
  const headed = await exchange(server, ask('HEAD', '/state'))
  assert.match(headed, /^HTTP\/1\.1 200 .*content-length: 2\r\n.*\r\n\r\n$/s)
})

test('a probe is 200 when nothing stands in the way, else 503 and says what does', async t => {
  let obstacle: string | undefined = 'no text applied'
  const server = await serving(t, { '/readyz': probe(() => obstacle) })
  assert.match(
    await exchange(server, ask('GET', '/readyz')),
    /^HTTP\/1\.1 503 .*no text applied\n$/s,
  )
  obstacle = undefined
  assert.match(await exchange(server, ask('GET', '/readyz')), /^HTTP\/1\.1 200 .*ok\n$/s)
})

const refusals: readonly (readonly [why: string, request: string, status: number])[] = [
  ['another path', ask('GET', '/etc/passwd'), 404],
  ["a path that is an object's own word", ask('GET', '/constructor'), 404],
  ['another method', ask('POST', '/healthz'), 405],
  ['what is no HTTP', 'EHLO x\r\n\r\n', 400],
  ['headers beyond the cap', `GET / HTTP/1.1\r\nX: ${'x'.repeat(mostHeader)}\r\n\r\n`, 431],
]

for (const [why, request, status] of refusals) {
  test(`answers ${status} to ${why}`, async t => {
    const server = await serving(t, { '/healthz': probe(() => undefined) })
    assert.match(await exchange(server, request), new RegExp(`^HTTP/1\\.1 ${status} `))
  })
}

test('takes no body: the connection ends behind the answer', async t => {
  const server = await serving(t, { '/healthz': probe(() => undefined) })
  const body = 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\nxxx'
  assert.match(await exchange(server, body), /^HTTP\/1\.1 200 .*connection: close\r\n/is)
})

test('a route that fails is a 500, and the server goes on', async t => {
  const server = await serving(t, {
    '/state': () => {
      throw new Error('broken')
    },
    '/healthz': probe(() => undefined),
  })
  assert.match(await exchange(server, ask('GET', '/state')), /^HTTP\/1\.1 500 /)
  assert.match(await exchange(server, ask('GET', '/healthz')), /^HTTP\/1\.1 200 /)
})

test('a connection beyond the cap is closed at once', async t => {
  const server = await serving(t, { '/healthz': probe(() => undefined) })
  const open: Socket[] = []
  for (let at = 0; at < mostConnections; at++) {
    const socket = connect(server.port, '127.0.0.1')
    open.push(socket)
    await once(socket, 'connect')
  }
  t.after(() => {
    for (const socket of open) socket.destroy()
  })
  const late = connect(server.port, '127.0.0.1')
  assert.equal(await text(late), '')
})

test('an address that is taken is named in the error', async t => {
  const { port } = await serving(t, {})
  await assert.rejects(
    serveHttp({ address: '127.0.0.1', port, routes: new Map(), log: silentLog() }),
    { message: `cannot serve HTTP on 127.0.0.1:${port}: EADDRINUSE` },
  )
})
