import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { ask, type PodState, podState, stateCap } from '../../src/kube/fleet.ts'

async function asked(t: TestContext, answer: RequestListener): Promise<PodState | undefined> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const pods = [{ name: 'a', address: '127.0.0.1' }]
  const [state] = await ask(pods, port, new AbortController().signal)
  return state
}

test('a relay is asked for what it runs and what it learned', async t => {
  const listener = { name: 'mail/corp/imap', address: '::', port: 10_143, outcome: 'applied' }
  const backends = { '10.0.0.1:143': { identity: 'believed', secure: true, sessions: 2 } }
  const body = { generation: 'g', ready: true, sessions: 2, listeners: [listener], backends }
  const state = await asked(t, ({ url }, response) => {
    response.statusCode = url === '/state' ? 200 : 404
    response.end(JSON.stringify(body))
  })
  assert.deepEqual(state, {
    kind: 'said',
    pod: 'a',
    generation: 'g',
    listeners: [listener],
    backends: new Map([['10.0.0.1:143', { identity: 'believed', secure: true }]]),
  })
})

const faults: readonly (readonly [why: string, answer: RequestListener, reason: RegExp])[] = [
  ['another status', (_, response) => response.writeHead(503).end(), /HTTP 503/],
  ['no JSON', (_, response) => response.end('no'), /JSON/],
  ['no object', (_, response) => response.end('[]'), /no state/],
  ['too much', (_, response) => response.end(Buffer.alloc(stateCap + 1, ' ')), /larger than/],
  ['a broken connection', ({ socket }) => socket.destroy(), /hang up|reset/],
  ['nothing', () => {}, /no answer in time/],
]
for (const [why, answer, reason] of faults)
  test(`a relay that answers ${why} is silent, with the reason`, async t => {
    const state = await asked(t, answer)
    assert.equal(state?.kind, 'silent')
    assert.match(state?.kind === 'silent' ? state.reason : '', reason)
  })

test('whatever a relay says, it is understood or passed over', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (listeners, backends) => {
      const state = podState('a', { generation: 'g', listeners, backends })
      assert.equal(state.kind, 'said')
    }),
    { numRuns: 200 },
  )
})
