import assert from 'node:assert/strict'
import { it } from 'node:test'
import { relayMetrics } from '../../src/observe/metric-table.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { AuthServer, mostWaits } from '../../src/relay/auth-server.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { leg } from '../support/leg.ts'
import { startRelay } from '../support/running-relay.ts'

it('an auth server that says WAIT for ever is asked so often and no more', async t => {
  const auth = await startAuthServer(() => ({ 'Auth-Status': 'WAIT', 'Auth-Wait': '1' }))
  t.after(() => auth.stop())
  const here = await startRelay(`auth_http ${auth.url}; server { listen {pop3}; protocol pop3; }`)
  t.after(() => here.close())
  const [server] = here.config.servers
  assert.ok(server?.settings.auth_http)
  const { attempt, client } = leg()
  const answer = await new AuthServer({
    url: server.settings.auth_http,
    settings: server.settings,
    protocol: 'pop3',
    client,
    attempt,
    number: 1,
    tls: undefined,
    // A second is over with the next turn.
    wheel: new Wheel(() => performance.now() * 50),
    metrics: createMetrics(relayMetrics),
    sockets: here.relay.shared.sockets,
  }).ask()
  assert.deepEqual(answer, { kind: 'fail', failure: 'config', reason: 'said WAIT too often' })
  assert.equal(auth.asked.length, mostWaits)
})
