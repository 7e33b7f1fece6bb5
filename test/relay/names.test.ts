import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lifetime, names, type Resolver } from '../../src/relay/names.ts'

/** A resolver with fixed answers; what is not in it does not exist. */
function resolver(
  reverse: Readonly<Record<string, readonly string[]>>,
  forward: Readonly<Record<string, readonly string[]>>,
): Resolver & { readonly asked: string[] } {
  const asked: string[] = []
  const look = async (in_: Readonly<Record<string, readonly string[]>>, what: string) => {
    asked.push(what)
    const found = Object.hasOwn(in_, what) ? in_[what] : undefined
    if (found) return found
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  }
  return {
    asked,
    reverse: at => look(reverse, at),
    forward: async name => (await look(forward, name)).map(address => ({ address })),
  }
}

const client = '192.0.2.1'

const rows: readonly (readonly [
  why: string,
  reverse: readonly string[],
  forward: Readonly<Record<string, readonly string[]>>,
  name: string,
])[] = [
  ['is one that leads back', ['a.example'], { 'a.example': [client] }, 'a.example'],
  [
    'is the first that leads back',
    ['b.example', 'a.example'],
    { 'b.example': ['192.0.2.9'], 'a.example': ['192.0.2.9', client] },
    'a.example',
  ],
  [
    'is none where it leads elsewhere',
    ['a.example'],
    { 'a.example': ['192.0.2.9'] },
    '[UNAVAILABLE]',
  ],
  ['is none where it leads nowhere', ['a.example'], {}, '[UNAVAILABLE]'],
  [
    'leads back by a v4-mapped address, too',
    ['a.example'],
    { 'a.example': ['::ffff:192.0.2.1'] },
    'a.example',
  ],
  [
    'is never one that could not stand in a command',
    ['a.example\r\nRCPT TO:<x>'],
    { 'a.example\r\nRCPT TO:<x>': [client] },
    '[TEMPUNAVAIL]',
  ],
]

for (const [why, reverse, forward, name] of rows) {
  test(`the name of a client ${why}`, async () => {
    const known = names({ resolver: resolver({ [client]: reverse }, forward) })
    assert.equal(await known.of(client), name)
  })
}

test('a client without a name has none, one that cannot be looked up none for now', async () => {
  assert.equal(await names({ resolver: resolver({}, {}) }).of(client), '[UNAVAILABLE]')
  const failing = { reverse: () => Promise.reject(new Error('refused')), forward: async () => [] }
  assert.equal(await names({ resolver: failing }).of(client), '[TEMPUNAVAIL]')
})

test('no more than four names of an address are tried', async () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map(letter => `${letter}.example`)
  const asking = resolver({ [client]: many }, { 'e.example': [client] })
  assert.equal(await names({ resolver: asking }).of(client), '[UNAVAILABLE]')
  assert.deepEqual(asking.asked, [client, ...many.slice(0, 4)])
})

test('a resolver that does not answer costs its time and no more', async () => {
  const silent = { reverse: () => new Promise<never>(() => {}), forward: async () => [] }
  assert.equal(await names({ resolver: silent, timeout: 20 }).of(client), '[TEMPUNAVAIL]')
})

test('one address is looked up once at a time, and at most 64 are', async () => {
  const pending = Promise.withResolvers<readonly string[]>()
  let asked = 0
  const slow = {
    reverse: () => {
      asked++
      return pending.promise
    },
    forward: async (name: string) => [{ address: name.replace('.example', '') }],
  }
  const known = names({ resolver: slow })
  const addresses = Array.from({ length: 64 }, (_, at) => `192.0.2.${at}`)
  const waiting = [...addresses, ...addresses].map(address => known.of(address))
  assert.equal(asked, 64)
  assert.equal(await known.of('198.51.100.1'), '[TEMPUNAVAIL]')
  assert.equal(asked, 64)
  pending.resolve(['192.0.2.0.example'])
  assert.equal((await Promise.all(waiting))[0], '192.0.2.0.example')
})

test('names are remembered, and at most 10,000 are', async () => {
  let asked = 0
  const none = {
    reverse: async () => {
      asked++
      return []
    },
    forward: async () => [],
  }
  const known = names({ resolver: none })
  const address = (at: number) => `10.0.${at >> 8}.${at & 255}`
  for (let at = 0; at <= 10_000; at++) await known.of(address(at))
  assert.equal(asked, 10_001)
  await known.of(address(10_000))
  assert.equal(asked, 10_001, 'the newest is known')
  await known.of(address(0))
  assert.equal(asked, 10_002, 'the oldest was forgotten')
})

const lifetimes: readonly (readonly [
  why: string,
  ttl: number | undefined,
  valid: number | undefined,
  asked: number,
])[] = [
  ['as long as the record of its address says', 60, undefined, 1],
  ['not at all where that is no time', 0, undefined, 2],
  ['for a minute where nothing is said', undefined, undefined, 1],
  ['as long as valid= says, whatever the record says', 0, 60_000, 1],
  ['no longer than valid= says', 60, 0, 2],
]

for (const [why, ttl, valid, asked] of lifetimes) {
  test(`a name is remembered ${why}`, async () => {
    let reversed = 0
    const found = { address: client, ...(ttl !== undefined && { ttl }) }
    const known = names({
      resolver: {
        reverse: async () => {
          reversed++
          return ['a.example']
        },
        forward: async () => [found],
      },
      valid,
    })
    await known.of(client)
    assert.equal(await known.of(client), 'a.example')
    assert.equal(reversed, asked)
  })
}

test('whatever name servers say, a name can stand in a command, and nothing is thrown', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a.example', client, '::1'))
  const answer = fc.array(text, { maxLength: 6 })
  const ttl = fc.option(fc.integer(), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(answer, answer, ttl, async (reversed, addresses, ttl) => {
      const known = names({
        resolver: {
          reverse: async () => reversed,
          forward: async () =>
            addresses.map(address => ({ address, ...(ttl !== undefined && { ttl }) })),
        },
      })
      assert.match(await known.of(client), /^([A-Za-z0-9.-]{1,255}|\[(UNAVAILABLE|TEMPUNAVAIL)\])$/)
    }),
    { numRuns: 200 },
  )
})

test('no name is remembered for more than an hour, unless valid= says so', () => {
  const lasts = [0, 60, 3_600, 3_601, 2 ** 31].map(ttl => lifetime({ address: client, ttl }))
  assert.deepEqual(lasts, [0, 60_000, 3_600_000, 3_600_000, 3_600_000])
})
