import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printAddressPort } from '../../../src/directives/address.ts'
import { listen, listenings } from '../../../src/directives/shapes/listen.ts'
import { maxRange } from '../../../src/directives/shapes/listen-place.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

function read(text: string) {
  const { scope, faults, notices } = listening()
  const value = listen.parse(text.split(' ').map(word), scope, 'listen')
  return { value: value && listenings(value), faults, notices }
}

const plain = {
  address: '0.0.0.0',
  port: 143,
  public: 143,
  ssl: false,
  name: '0.0.0.0:143',
  proxyProtocol: false,
  bind: false,
  backlog: 511,
  keepAlive: undefined,
  ipv6only: true,
}
const six = { ...plain, address: '::', name: '[::]:143' }

const rows: readonly (readonly [why: string, text: string, value: object, ...more: object[]])[] = [
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
  ['ipv6only=on is what holds anyway', '[::]:143 ipv6only=on', six],
  ['ipv6only=off takes IPv4, too', '[::]:143 ipv6only=off', { ...six, ipv6only: false }],
  [
    'proxy_protocol wants a PROXY header',
    '143 proxy_protocol ssl',
    { ...plain, ssl: true, proxyProtocol: true },
  ],
  ['bind asks for a socket of its own', '143 bind', { ...plain, bind: true }],
  ['backlog= is how many may wait', '143 backlog=5', { ...plain, backlog: 5 }],
  ['so_keepalive=on', '143 so_keepalive=on', { ...plain, keepAlive: { on: true } }],
  ['so_keepalive=off', '143 so_keepalive=off', { ...plain, keepAlive: { on: false } }],
  [
    'so_keepalive= with times',
    '143 so_keepalive=30m:10s:4',
    { ...plain, keepAlive: { on: true, idle: 1_800_000, interval: 10_000, count: 4 } },
  ],
  [
    'so_keepalive= with one of them',
    '143 so_keepalive=::4',
    { ...plain, keepAlive: { on: true, count: 4 } },
  ],
  [
    'so_keepalive= may end early',
    '143 so_keepalive=5',
    { ...plain, keepAlive: { on: true, idle: 5_000 } },
  ],
  [
    'a range of ports is a listener each',
    '143-144',
    plain,
    { ...plain, port: 144, public: 144, name: '0.0.0.0:144' },
  ],
  [
    'the public ports of a range follow it',
    '10143-10144 public=143 name=imap',
    { ...plain, port: 10_143, name: 'imap' },
    { ...plain, port: 10_144, public: 144, name: 'imap' },
  ],
  [
    'a host name is every address that it has',
    'localhost:143',
    { ...plain, address: '127.0.0.1', name: '127.0.0.1:143' },
    { ...plain, address: '::1', name: '[::1]:143' },
  ],
  [
    'a Unix socket has no port',
    'unix:/run/imap.sock',
    { ...plain, address: 'unix:/run/imap.sock', port: 0, public: 0, name: 'unix:/run/imap.sock' },
  ],
]

for (const [why, text, ...value] of rows) {
  test(`listen: ${why}`, () => {
    assert.deepEqual(read(text), { value, faults: [], notices: [] })
  })
}

const notices: readonly (readonly [text: string, notice: RegExp])[] = [
  ['143 rcvbuf=8k', /"rcvbuf=8k" of "listen" has no effect: Node does not set/],
  ['143 sndbuf=8k', /"sndbuf=8k" of "listen" has no effect/],
  ['143 ipv6only=off', /"ipv6only=" has no effect on 0\.0\.0\.0:143/],
  ['unix:/run/imap ipv6only=on', /"ipv6only=" has no effect on unix:\/run\/imap/],
  ['143 multipath', /"multipath" of "listen" has no effect: Node opens no MPTCP/],
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
  ['mail.example.com:143', /host not found in "mail\.example\.com:143" of the "listen" directive/],
  ['::1:143', /must begin with|no port/],
  ['150-143', /must begin with/],
  ['143-', /must begin with/],
  ['1-65535', /more than 1000 ports are in "1-65535"/],
  ['unix:', /needs a path of 1 to 107 octets/],
  [`unix:/${'x'.repeat(107)}`, /needs a path of 1 to 107 octets/],
  ['unix:/run/imap public=143', /"public" is not supported on address "unix:\/run\/imap"/],
  ['143 rcvbuf=x', /"rcvbuf=" must be a size/],
  ['143 sndbuf=', /"sndbuf=" must be a size/],
  ['[::]:143 ipv6only=maybe', /"ipv6only=" must be on or off/],
  ['143 backlog=0', /"backlog=" must be a whole number/],
  ['143 so_keepalive=::', /"so_keepalive=" must be on, off or/],
  ['143 so_keepalive=1:2:3:4', /"so_keepalive=" must be/],
  ['143 so_keepalive=1:2:x', /"so_keepalive=" must be/],
  ['143 reuseport', /invalid parameter "reuseport"/],
  ['143 default_server', /invalid parameter "default_server"/],
  ['143 ssl=on', /invalid parameter "ssl=on"/],
  ['143 rcvbuf', /invalid parameter "rcvbuf"/],
  ['143 bind=on', /invalid parameter "bind=on"/],
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

test('a range has a bound', () => {
  assert.equal(read(`1-${maxRange}`).value?.length, maxRange)
  assert.equal(read(`1-${maxRange + 1}`).value, undefined)
})

test('what is written is read back', () => {
  const { scope } = listening()
  const port = fc.integer({ min: 1, max: 65_000 })
  const time = fc.integer({ min: 1, max: 32_767 }).map(seconds => `${seconds}s`)
  const place = fc.tuple(fc.constantFrom('0.0.0.0', '::', '10.1.2.3', '2001:db8::1'), port)
  const optional = (word: fc.Arbitrary<string>) => fc.option(word, { nil: undefined })
  const words = fc.tuple(
    place.map(([address, port]) => printAddressPort({ address, port })),
    optional(fc.constant('ssl')),
    optional(fc.constant('proxy_protocol')),
    optional(fc.constant('bind')),
    optional(port.map(port => `public=${port}`)),
    optional(fc.stringMatching(/^[a-z0-9/_.-]{1,30}$/).map(name => `name=${name}`)),
    optional(fc.integer({ min: 1, max: 1_000 }).map(count => `backlog=${count}`)),
    optional(time.map(idle => `so_keepalive=${idle}::7`)),
  )
  fc.assert(
    fc.property(words, said => {
      const value = listen.parse(said.filter(one => one !== undefined).map(word), scope, 'listen')
      assert.ok(value)
      assert.deepEqual(listen.parse(listen.print(value).map(word), scope, 'listen'), value)
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
