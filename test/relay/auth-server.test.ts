import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { AuthServer, type Judgement, mostWaits } from '../../src/relay/auth-server.ts'
import { runtime } from '../../src/relay/runtime.ts'
import type { Tallies } from '../../src/relay/tallies.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import { startAuthServer } from '../support/auth-server.ts'
import { leg } from '../support/leg.ts'
import { startRelay } from '../support/running-relay.ts'

/** Whoever asks `url`, on a clock on which a second is over with the next turn. */
async function asking(
  t: TestContext,
  url: string,
  told: (judgement: Judgement) => void,
): Promise<{ readonly server: AuthServer; readonly tallies: Tallies }> {
  const here = await startRelay(`auth_http ${url}; server { listen {pop3}; protocol pop3; }`)
  t.after(() => here.close())
  const [config] = here.config.servers
  assert.ok(config)
  const made = runtime(config, here.config, here.relay.shared)
  assert.ok('auth' in made && made.auth)
  const { attempt, client } = leg()
  const question = { attempt, number: 1, client, tls: undefined }
  const wheel = new Wheel(() => performance.now() * 50)
  const means = { wheel, sockets: here.relay.shared.sockets, tallies: made.tallies }
  return { server: new AuthServer(made.auth, question, means, told), tallies: made.tallies }
}

it('an auth server that says WAIT for ever is asked so often and no more', async t => {
  const auth = await startAuthServer(() => ({ 'Auth-Status': 'WAIT', 'Auth-Wait': '1' }))
  t.after(() => auth.stop())
  const judged = Promise.withResolvers<Judgement>()
  const { server } = await asking(t, auth.url, judged.resolve)
  server.ask()
  assert.deepEqual(await judged.promise, {
    kind: 'fail',
    failure: 'config',
    reason: 'said WAIT too often',
  })
  assert.equal(auth.asked.length, mostWaits)
})

it('an auth server that said WAIT is not asked again for a client that left', async t => {
  const asked = Promise.withResolvers<void>()
  const auth = await startAuthServer(() => {
    asked.resolve()
    return { 'Auth-Status': 'WAIT', 'Auth-Wait': '3600' }
  })
  t.after(() => auth.stop())
  const judged = Promise.withResolvers<Judgement>()
  const { server, tallies } = await asking(t, auth.url, judged.resolve)
  server.ask()
  await asked.promise
  while (tallies.asked('wait').value === 0) await new Promise(resolve => setImmediate(resolve))
  server.abandon()
  const { kind } = await judged.promise
  assert.equal(kind, 'fail')
  assert.equal(auth.asked.length, 1)
})
