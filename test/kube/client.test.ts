import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { Access } from '../../src/kube/access.ts'
import { createClient } from '../../src/kube/client.ts'
import { controllerMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { makeAuthority } from '../support/certificates.ts'

const authorities = [await makeAuthority('first'), await makeAuthority('second')] as const
const pairs = await Promise.all(authorities.map(one => one.issue(['localhost'], ['127.0.0.1'])))
const tlsOf = (which: 0 | 1) => ({ cert: pairs[which]?.certificate, key: pairs[which]?.key })

interface Fixture {
  readonly client: ReturnType<typeof createClient>
  readonly server: Server
  /** Those that were ever made. */
  readonly connections: Socket[]
  /** Which authority the client trusts from now on, and what it says of itself. */
  readonly access: { which: 0 | 1; tokens: readonly string[] }
}

async function fixture(t: TestContext, answer: RequestListener): Promise<Fixture> {
  const server = createServer(tlsOf(0), answer)
  const connections: Socket[] = []
  server.on('secureConnection', socket => connections.push(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const access: Fixture['access'] = { which: 0, tokens: ['token'] }
  const current = (again: boolean): Access => ({
    server: new URL(`https://127.0.0.1:${port}/`),
    tls: { ca: authorities[access.which].certificate },
    authorization: `Bearer ${access.tokens[again ? 1 : 0]}`,
    proxy: undefined,
  })
  const client = createClient({
    credentials: { access: async again => current(again !== undefined) },
    userAgent: 'postern/test (controller)',
    metrics: createMetrics(controllerMetrics),
  })
  t.after(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, server, connections, access }
}

const path = '/api/v1/services'

test('requests of one purpose share a connection, and each says who asks', async t => {
  const agents = new Set<string | undefined>()
  const { client, connections } = await fixture(t, (request, response) => {
    agents.add(request.headers['user-agent'])
    response.end('{}')
  })
  for (let at = 0; at < 20; at++) await client.ask({ verb: 'list', path })
  assert.equal(connections.length, 1)
  for (let at = 0; at < 20; at++) await client.ask({ verb: 'get', path, purpose: 'lease' })
  assert.equal(connections.length, 2)
  await Promise.all(Array.from({ length: 20 }, () => client.ask({ verb: 'list', path })))
  assert.equal(connections.length, 5)
  assert.deepEqual([...agents], ['postern/test (controller)'])
})

test('an authority that was replaced counts from the next request, and a watch under way goes on', async t => {
  const { client, server, connections, access } = await fixture(t, (request, response) => {
    if (request.url?.endsWith('watch')) response.write('one ')
    else response.end('{}')
  })
  const ending = new AbortController()
  const watch = await client.open({ verb: 'watch', path: '/watch', signal: ending.signal })
  assert.equal(watch.kind, 'open')
  assert.equal((await client.ask({ verb: 'list', path })).kind, 'ok')

  server.setSecureContext(tlsOf(1))
  const before = connections.length
  access.which = 1
  assert.equal((await client.ask({ verb: 'list', path })).kind, 'ok')
  assert.equal(connections.length, before + 1)
  assert.equal(connections[0]?.destroyed, false)
  access.which = 0
  const reply = await client.ask({ verb: 'list', path })
  assert.equal(reply.kind, 'lost')
  ending.abort()
})

test('a token that is refused is read again, and the request repeated once', async t => {
  const seen: (string | undefined)[] = []
  const { client, access } = await fixture(t, (request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end('{}')
  })
  access.tokens = ['old', 'new']
  assert.equal((await client.ask({ verb: 'list', path })).kind, 'ok')
  access.tokens = ['old', 'older']
  assert.partialDeepStrictEqual(await client.ask({ verb: 'list', path }), {
    kind: 'refused',
    code: 401,
  })
  assert.deepEqual(seen, ['Bearer old', 'Bearer new', 'Bearer old', 'Bearer older'])
})

test('an answer that does not come in time is none, and leaves no connection behind', async t => {
  const { client, connections } = await fixture(t, () => {})
  const reply = await client.ask({ verb: 'list', path, deadline: 50 })
  assert.equal(reply.kind, 'lost')
  const signal = new AbortController().signal
  const opened = await client.open({ verb: 'watch', path, deadline: 50, signal })
  assert.equal(opened.kind, 'lost')
  for (const socket of connections) if (!socket.destroyed) await once(socket, 'close')
})

test('a kept connection that is cut costs another try, but not where something would be made twice', async t => {
  const asked: string[] = []
  const { client, connections } = await fixture(t, (request, response) => {
    asked.push(request.method ?? '')
    // The second request on a connection finds it cut.
    if (asked.length % 2 === 0 && connections.length < 3) request.socket.destroy()
    else response.end('{}')
  })
  await client.ask({ verb: 'update', path, body: {} })
  assert.equal((await client.ask({ verb: 'update', path, body: {} })).kind, 'ok')
  assert.deepEqual(asked, ['PUT', 'PUT', 'PUT'])
  assert.equal((await client.ask({ verb: 'create', path, body: {} })).kind, 'lost')
  assert.deepEqual(asked, ['PUT', 'PUT', 'PUT', 'POST'])
})
