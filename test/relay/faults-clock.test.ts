/** The wall clock leaps, as it does when a machine wakes up or first hears of the time. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { Failures } from '../../src/relay/failures.ts'
import { Wheel } from '../../src/wire/wheel.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { eventually } from '../support/programs.ts'
import type { RunningRelay } from '../support/running-relay.ts'

const day = 86_400_000
const leaps: readonly [title: string, ms: number][] = [
  ['a year forward', 365 * day],
  ['a year back', -365 * day],
]

/** Moves what `Date` says by `ms`; the monotonic clock and all timers go on as they are. */
function leap(t: TestContext, ms: number): void {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + ms })
}

const judging = 'B: +OK ready\nP: /^USER /\nB: +OK\nP: /^PASS /'

async function logIn(here: RunningRelay) {
  const client = await MailClient.open(here.port('pop3'))
  await client.line()
  await client.ask('USER a')
  return { client, reply: await client.ask('PASS b') }
}

describe('a wall clock that leaps', { timeout: 20_000 }, () => {
  for (const [title, ms] of leaps) {
    it(`${title} ends no session and holds up no login`, async t => {
      const there = await backendFor(t, `${judging}\nB: +OK in`)
      const here = await relayFor(
        t,
        `proxy_identity off; proxy_pass 127.0.0.1:${there.port}; timeout 60s; proxy_timeout 60s;
         server { listen {pop3}; protocol pop3; }`,
      )
      const { client: stays } = await logIn(here)
      const waits = await MailClient.open(here.port('pop3'))
      await waits.line()
      leap(t, ms)
      here.relay.shared.wheel.turn()
      assert.equal(await stays.ask('still here'), 'still here')
      await waits.ask('USER a')
      assert.equal(await waits.ask('PASS b'), '+OK in')
      const { client: comes, reply } = await logIn(here)
      assert.equal(reply, '+OK in')
      for (const client of [stays, waits, comes]) client.close()
    })

    it(`${title} leaves a deadline where it was`, { timeout: 10_000 }, async t => {
      const there = await backendFor(t, judging)
      const here = await relayFor(
        t,
        `proxy_identity off; proxy_pass 127.0.0.1:${there.port}; timeout 300ms;
         server { listen {pop3}; protocol pop3; }`,
      )
      const client = await MailClient.open(here.port('pop3'))
      await client.line()
      const began = performance.now()
      leap(t, ms)
      assert.match(await client.line(), /^-ERR /)
      const took = performance.now() - began
      assert.ok(took >= 250 && took < 5_000, `${took} ms`)
    })

    it(`${title} forgives no guesser`, async t => {
      const there = await backendFor(t, `${judging}\nB: -ERR wrong`)
      const here = await relayFor(
        t,
        `proxy_identity off; proxy_pass 127.0.0.1:${there.port}; limit_login client 1 per 1h;
         server { listen {pop3}; protocol pop3; }`,
      )
      assert.equal((await logIn(here)).reply, '-ERR wrong')
      leap(t, ms)
      assert.equal((await logIn(here)).reply, '-ERR [SYS/TEMP] Too many failed logins')
    })

    it(`${title} bars a guesser no longer than it should be`, { timeout: 10_000 }, async t => {
      const there = await backendFor(t, `${judging}\nB: -ERR wrong`)
      const here = await relayFor(
        t,
        `proxy_identity off; proxy_pass 127.0.0.1:${there.port}; limit_login client 1 per 1s;
         server { listen {pop3}; protocol pop3; }`,
      )
      assert.equal((await logIn(here)).reply, '-ERR wrong')
      leap(t, ms)
      await eventually('one more try', async () => (await logIn(here)).reply === '-ERR wrong')
    })
  }

  it('changes nothing for a wheel and for failed logins that have no clock but their own', t => {
    const rate = { most: 1, per: day }
    const [wheel, failures] = [new Wheel(), new Failures()]
    failures.failed('a', rate)
    const sleep = wheel.sleep(day)
    leap(t, 2 * day)
    wheel.turn()
    assert.deepEqual([wheel.size, failures.refuses('a', rate)], [1, true])
    sleep.wake()
  })
})

/** Who may ask for the wall clock: each tells it to someone, or compares it with another wall clock. */
const told = new Map([
  ['src/bin/controller-meters.ts', 'a metric'],
  ['src/bin/controller-program.ts', 'conditions, and when certificates expire'],
  ['src/bin/relay-program.ts', 'a metric'],
  ['src/bin/render-once.ts', 'when certificates expire'],
  ['src/handoff/sweep.ts', 'the ages of files'],
  ['src/kube/events.ts', 'Events'],
  ['src/kube/lease.ts', 'the Lease that others read'],
  ['src/kube/status.ts', 'conditions'],
  ['src/observe/log.ts', 'records'],
  ['src/observe/syslog-sink.ts', 'records'],
  ['src/relay/threshold.ts', "the salt of POP3's greeting"],
])

it('only what is told to others is read from the wall clock; everything that is waited for is not', () => {
  const readers = globSync('src/**/*.ts')
    .filter(path => !path.startsWith('src/demo/'))
    .filter(path => /\bDate\.now\(|new Date\(\)/.test(readFileSync(path, 'utf8')))
  assert.deepEqual(readers.sort(), [...told.keys()])
})
