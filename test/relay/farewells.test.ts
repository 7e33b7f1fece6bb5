/** Who is told to connect again by a new text, and when. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { schedule } from '../../src/relay/farewells.ts'
import { untilTold } from '../support/farewells.ts'
import { MailClient } from '../support/mail-client.ts'
import { backendFor, relayFor } from '../support/on-relay.ts'
import { isOpen } from '../support/ports.ts'
import {
  arrivals,
  backendsOfAllStates,
  nothingLost,
  type Site,
  siteOfAllStates,
} from '../support/sessions-in-all-states.ts'

/** Every turn comes at once: who is idle is told before `apply` has come to its end. */
const atOnce = 'worker_shutdown_timeout 0;'

const imap = `B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready
  P: /^a AUTHENTICATE PLAIN /
  B: a OK logged in`
const bye = '* BYE [UNAVAILABLE] The server is leaving, connect again'

async function loggedIn(port: number): Promise<MailClient> {
  const client = await MailClient.open(port)
  await client.line()
  assert.equal(await client.ask('a LOGIN alice secret'), 'a OK logged in')
  return client
}

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

interface Place {
  /** Of the listener `front`, which the first text has on `127.0.0.1`. */
  readonly port: number
  /** `server` of the session's backend, and of another. */
  readonly own: string
  readonly other: string
}

const on = (listen: string, more = '') =>
  `server { listen ${listen}; protocol imap; proxy_pass mail; ${more} }`
const to = (servers: string) => `proxy_identity off; imap_auth plain; upstream mail { ${servers}; }`

/** A relay with one client, which has logged in. */
async function guest(t: TestContext) {
  const [there, elsewhere] = [await backendFor(t, imap), await backendFor(t, imap)]
  const own = `server 127.0.0.1:${there.port}`
  const here = await relayFor(t, `${to(own)} ${on('{front}')}`)
  const client = await loggedIn(here.port('front'))
  t.after(() => client.close())
  const place: Place = {
    ...{ port: here.port('front'), own, other: `server 127.0.0.1:${elsewhere.port}` },
  }
  return { here, client, place, there, elsewhere }
}

const rows: readonly (readonly [name: string, told: boolean, text: (place: Place) => string])[] = [
  ['its listener is gone', true, ({ own }) => `${to(own)} ${on('{other}')}`],
  ['no listener is left', true, ({ own }) => to(own)],
  ['another listener comes', false, ({ own }) => `${to(own)} ${on('{front}')} ${on('{other}')}`],
  [
    'its listener has other settings',
    false,
    ({ own }) => `${to(own)} ${on('{front}', 'timeout 9s;')}`,
  ],
  [
    'its listener stands in another server',
    false,
    ({ own }) => `${to(own)} ${on('{other}')} ${on('{front}', 'timeout 9s;')}`,
  ],
  [
    'its listener leads elsewhere',
    false,
    ({ own, other }) =>
      `${to(own)} upstream new { ${other}; } ${on('{front}').replace('pass mail', 'pass new')}`,
  ],
  [
    'its address is one of all that are bound now',
    false,
    ({ own, port }) => `${to(own)} ${on(`*:${port}`)}`,
  ],
  [
    'its endpoint leaves',
    true,
    ({ own, other }) => `${to(`${own} draining; ${other}`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and a backup is there',
    true,
    ({ own, other }) => `${to(`${own} draining; ${other} backup`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and is down',
    true,
    ({ own, other }) => `${to(`${own} draining down; ${other}`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and stands there again',
    false,
    ({ own, other }) => `${to(`${own} draining; ${own}; ${other}`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and is the only one',
    false,
    ({ own }) => `${to(`${own} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and the others, too',
    false,
    ({ own, other }) => `${to(`${own} draining; ${other} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and is down, and the others leave',
    false,
    ({ own, other }) => `${to(`${own} draining down; ${other} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves and the others are down',
    false,
    ({ own, other }) => `${to(`${own} draining; ${other} down`)} ${on('{front}')}`,
  ],
  [
    'another endpoint leaves',
    false,
    ({ own, other }) => `${to(`${own}; ${other} draining`)} ${on('{front}')}`,
  ],
  [
    'its endpoint leaves another upstream',
    false,
    ({ own, other }) => `${to(own)} upstream more { ${own} draining; ${other}; } ${on('{front}')}`,
  ],
  ['its endpoint is gone from the list', false, ({ other }) => `${to(other)} ${on('{front}')}`],
  [
    'its endpoint is down',
    false,
    ({ own, other }) => `${to(`${own} down; ${other}`)} ${on('{front}')}`,
  ],
]

describe('a session', () => {
  for (const [name, told, text] of rows)
    it(`is ${told ? 'told' : 'left alone'} when ${name}`, async t => {
      const { here, client, place } = await guest(t)
      await here.apply(text(place), atOnce)
      if (told) {
        assert.deepEqual(await client.lines(2), [bye, 'END'])
        assert.equal((await here.ended())['ended'], 'leaving')
      } else assert.equal(await client.ask('b NOOP'), 'b NOOP')
    })

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
