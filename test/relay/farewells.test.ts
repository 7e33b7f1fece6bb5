/** Who is told to connect again by a new text, and when. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { schedule } from '../../src/relay/farewells.ts'
import { untilTold } from '../support/farewells.ts'
import { atOnce, bye, guest, loggedIn, on, type Place, to } from '../support/guest.ts'
import { MailClient } from '../support/mail-client.ts'
import { isOpen } from '../support/ports.ts'
import {
  arrivals,
  backendsOfAllStates,
  nothingLost,
  type Site,
  siteOfAllStates,
} from '../support/sessions-in-all-states.ts'

/** A literal, of which nothing has come: the session is not idle. */
async function begin(client: MailClient): Promise<void> {
  assert.equal(await client.ask('b APPEND INBOX {5}'), 'b APPEND INBOX {5}')
}

async function finish(client: MailClient): Promise<void> {
  assert.equal(await client.ask('hello'), 'hello')
}

const causes: readonly (readonly [
  what: string,
  cause: 'listener' | 'endpoint',
  text: (site: Site, t: TestContext) => Promise<string>,
])[] = [
  ['a listener that is gone', 'listener', async ({ text }) => text(() => '', [])],
  [
    'an endpoint that leaves',
    'endpoint',
    async ({ text, backends }, t) => {
      const others = await backendsOfAllStates(t)
      return text(
        state => `server 127.0.0.1:${backends.get(state)?.port} draining;
          server 127.0.0.1:${others.get(state)?.port};`,
      )
    },
  ],
]

describe('sessions in every state', () => {
  for (const [what, cause, textOf] of causes)
    it(`are told of ${what} once nothing is under way, however late, and lose nothing`, async t => {
      const site = await siteOfAllStates(t)
      const { here, backends } = site
      const visits = await arrivals(here, 2)
      await here.apply(await textOf(site, t), atOnce)
      // Its time was over before any of them has come to the end of what it does.
      await Promise.all(visits.map(visit => untilTold(visit, cause, () => Promise.resolve())))
      nothingLost(backends, 2)
      await here.relay.shared.sessions.none()
    })
})

describe('a session', () => {
  for (const [what, text] of [
    ['listener', () => ''],
    ['endpoint', ({ own, other }: Place) => `${to(`${own} draining; ${other}`)} ${on('{front}')}`],
  ] as const)
    it(`that waits is left alone when a later text takes its ${what} back`, async t => {
      const { here, client, place } = await guest(t)
      const back = `${to(place.own)} ${on('{front}')}`
      await begin(client)
      await here.apply(text(place), atOnce)
      await here.apply(back, atOnce)
      await finish(client)
      await here.apply(back, atOnce)
      assert.equal(await client.ask('c NOOP'), 'c NOOP')
      await begin(client)
      await here.apply(text(place), atOnce)
      await finish(client)
      assert.deepEqual(await client.lines(2), [bye, 'END'])
    })

  it('that logs in after its endpoint left, by the text that it began with, is told then', async t => {
    const { here, place } = await guest(t)
    const early = await MailClient.open(place.port)
    await early.line()
    await here.apply(`${to(`${place.own} draining; ${place.other}`)} ${on('{front}')}`, atOnce)
    assert.equal(await early.ask('a LOGIN alice secret'), 'a OK logged in')
    assert.deepEqual(await early.lines(2), [bye, 'END'])
  })
})

describe('many texts, one upon the other', () => {
  it('neither hasten nor postpone a turn', async t => {
    const { here, client, place } = await guest(t)
    const clients = [client, await loggedIn(place.port), await loggedIn(place.port)]
    const began = performance.now()
    const told = clients.map(async each => {
      assert.equal(await each.line(), bye)
      each.end()
      return performance.now() - began
    })
    let over = false
    const all = Promise.all(told).finally(() => {
      over = true
    })
    while (!over) {
      await here.apply(to(place.own))
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    const times = (await all).sort((a, b) => a - b)
    // A quarter of a second apart, in looks of a tenth.
    for (const [at, time] of times.entries())
      assert.ok(time >= at * 250 && time < at * 250 + 240, `${times}`)
  })
})

describe('a relay that leaves', () => {
  it('tells all of them, in the time that it has, whatever texts said and say', async t => {
    const { here, client, place } = await guest(t)
    await begin(client)
    await here.apply(to(place.own), atOnce)
    const left = here.leave(60_000)
    await here.apply(`${to(place.own)} ${on('{front}')}`)
    await finish(client)
    assert.deepEqual(await client.lines(2), [bye, 'END'])
    await left
    assert.equal(await isOpen(place.port), false)
  })

  it('ends at its time who waited for a text already', async t => {
    const { here, client, place } = await guest(t)
    await begin(client)
    await here.apply(to(place.own), atOnce)
    await here.leave(200)
    assert.equal(await client.line(), 'END')
  })
})

it('keeps nothing of a session that ends before it is told', async t => {
  const { here, client, place } = await guest(t)
  await begin(client)
  await here.apply(to(place.own), atOnce)
  assert.equal(here.relay.shared.wheel.size > 0, true)
  client.close()
  await here.ended()
  await here.apply(to(place.own), atOnce)
  assert.equal(here.relay.shared.wheel.size, 0)
})

it('says in the log whom a text lets go, once', async t => {
  const { here, client, place } = await guest(t)
  await begin(client)
  const text = `${to(`${place.own} draining; ${place.other}`)} ${on('{front}')}`
  await here.apply(text, atOnce)
  await here.apply(text, atOnce)
  await here.apply(to(place.own), atOnce)
  const said = here.records.filter(({ msg }) => msg === 'leaving listeners and endpoints')
  assert.deepEqual(
    said.map(({ sessions, within, listeners, endpoints }) => [
      sessions,
      within,
      listeners,
      endpoints,
    ]),
    [[1, 0, [], [place.own.slice('server '.length)]]],
  )
})

describe('who is told when', () => {
  it('is spread over most of the time that there is', () => {
    const all = Array.from({ length: 2_000 }, (_, at) => at)
    const times = [...schedule(all, 60_000, Math.random).values()].sort((a, b) => a - b)
    assert.equal(times.length, 2_000)
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0))
    assert.ok(gaps.every(gap => Math.abs(gap - 24) < 0.001))
    assert.ok((times.at(-1) ?? 0) < 48_000)
  })

  it('is soon over for a few', () => {
    const times = [...schedule(['a', 'b', 'c'], 60_000, () => 0.5).values()]
    assert.deepEqual(times, [0, 250, 500])
  })
})
