import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { listen } from '../../../src/directives/shapes/listen.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

function read(text: string) {
  const { scope, faults, notices } = listening()
  const value = listen.parse(text.split(' ').map(word), scope, 'listen')
  return { value, faults, notices }
}

const plain = { address: '0.0.0.0', port: 143, public: 143, ssl: false, name: '0.0.0.0:143' }

const rows: readonly (readonly [why: string, text: string, value: object])[] = [
  ['a port alone is every IPv4 address', '143', plain],
  ['so is a star', '*:143', plain],
  ['an IPv4 address', '127.0.0.1:143', { ...plain, address: '127.0.0.1', name: '127.0.0.1:143' }],
  ['an IPv6 address stands in brackets', '[::]:143', { ...plain, address: '::', name: '[::]:143' }],
  ['ssl is TLS from the first octet', '143 ssl', { ...plain, ssl: true }],
  [
    'public= is the port that clients use',
    '10143 public=143',
    { ...plain, port: 10_143, name: '0.0.0.0:10143' },
  ],
  ['name= is what it is called', '143 name=mail/corp/imap', { ...plain, name: 'mail/corp/imap' }],
  ['ipv6only=on is what always holds', '143 ipv6only=on', plain],
]

for (const [why, text, value] of rows) {
  test(`listen: ${why}`, () => {
    assert.deepEqual(read(text), { value, faults: [], notices: [] })
  })
}

const notices: readonly (readonly [text: string, notice: RegExp])[] = [
  ['143 bind', /"bind" of "listen" has no effect/],
  ['143 backlog=5', /"backlog=5" of "listen" has no effect/],
  ['localhost:143', /"localhost" is 127\.0\.0\.1 here/],
]

for (const [text, notice] of notices) {
  test(`listen ${text} is taken with a notice`, () => {
    const { value, faults, notices } = read(text)
    assert.ok(value)
    assert.deepEqual(faults, [])
    assert.match(notices.join(), notice)
  })
}

const wrong: readonly (readonly [text: string, ...faults: readonly RegExp[]])[] = [
  ['127.0.0.1', /no port in "127\.0\.0\.1"/],
  ['*', /no port/],
  ['[::1]', /no port/],
  ['0', /must begin with a port or with ADDRESS:PORT/],
  ['65536', /must begin with/],
  ['mail.example.com:143', /must begin with/],
  ['::1:143', /must begin with|no port/],
  ['143-150', /must begin with/],
  ['unix:/run/imap', /on a Unix socket is not carried out/],
  ['143 proxy_protocol', /invalid parameter "proxy_protocol"/],
  ['143 ipv6only=off', /invalid parameter "ipv6only=off"/],
  ['143 public=0', /"public=" must be a port/],
  ['143 name=', /"name=" must be 1 to 200/],
  ['x public=x name=a;b', /must begin with/, /"public="/, /"name="/],
]

for (const [text, ...faults] of wrong) {
  test(`listen ${text} is refused with all that is wrong`, () => {
    const { value, faults: told } = read(text)
    assert.equal(value, undefined)
    assert.equal(told.length, faults.length)
    for (const [at, fault] of faults.entries()) assert.match(told[at] ?? '', fault)
  })
}

test('what is written is read back', () => {
  const { scope } = listening()
  const value = fc.record({
    address: fc.constantFrom('0.0.0.0', '::', '10.1.2.3', '2001:db8::1'),
    port: fc.integer({ min: 1, max: 65_535 }),
    public: fc.integer({ min: 1, max: 65_535 }),
    ssl: fc.boolean(),
    name: fc.stringMatching(/^[a-z0-9/_.-]{1,30}$/),
  })
  fc.assert(
    fc.property(value, one => {
      assert.deepEqual(listen.parse(listen.print(one).map(word), scope, 'listen'), { ...one })
    }),
    { numRuns: 200 },
  )
})

test('any words are a listener or told why not', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), words => {
      const { scope, faults } = listening()
      const value = listen.parse(words.map(word), scope, 'listen')
      assert.equal(value === undefined, faults.length > 0)
    }),
    { numRuns: 200 },
  )
})
