import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { relayMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import {
  type AuthQuestion,
  AuthServer,
  type Judgement,
  mostWaits,
} from '../../src/relay/auth-server.ts'
import { tallies } from '../../src/relay/tallies.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { leg } from '../support/leg.ts'
import { startRelay } from '../support/running-relay.ts'

/** What is asked of `url` on a clock on which a second is over with the next turn. */
async function waiting(t: TestContext, url: string): Promise<AuthQuestion> {
  const here = await startRelay(`auth_http ${url}; server { listen {pop3}; protocol pop3; }`)
  t.after(() => here.close())
  const [server] = here.config.servers
  assert.ok(server?.settings.auth_http)
  const { attempt, client } = leg()
  return {
    url: server.settings.auth_http,
    settings: server.settings,
    protocol: 'pop3',
    client,
    attempt,
    number: 1,
    tls: undefined,
    wheel: new Wheel(() => performance.now() * 50),
    tallies: tallies(createMetrics(relayMetrics), 'pop3', 'auth_http'),
    sockets: here.relay.shared.sockets,
  }
}

it('an auth server that says WAIT for ever is asked so often and no more', async t => {
  const auth = await startAuthServer(() => ({ 'Auth-Status': 'WAIT', 'Auth-Wait': '1' }))
  t.after(() => auth.stop())
  const question = await waiting(t, auth.url)
  const answer = await new Promise(resolve => new AuthServer(question, resolve).ask())
  assert.deepEqual(answer, { kind: 'fail', failure: 'config', reason: 'said WAIT too often' })
  assert.equal(auth.asked.length, mostWaits)
})

it('an auth server that said WAIT is not asked again for a client that left', async t => {
  const asked = Promise.withResolvers<void>()
  const auth = await startAuthServer(() => {
    asked.resolve()
    return { 'Auth-Status': 'WAIT', 'Auth-Wait': '3600' }
  })
  t.after(() => auth.stop())
  const question = await waiting(t, auth.url)
  const judged = Promise.withResolvers<Judgement>()
  const server = new AuthServer(question, judged.resolve)
  server.ask()
  await asked.promise
  while (question.tallies.asked('wait').value === 0)
    await new Promise(resolve => setImmediate(resolve))
  server.abandon()
  const { kind } = await judged.promise
  assert.equal(kind, 'fail')
  assert.equal(auth.asked.length, 1)
})
