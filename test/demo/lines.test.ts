import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controllerLines } from '../../src/demo/controller-lines.ts'
import { relayLines } from '../../src/demo/relay-lines.ts'

const servers = new Map([['127.0.0.1:21143', 'mail-0.demo']])

const relay: readonly (readonly [name: string, record: object, lines: readonly string[]])[] = [
  [
    'a session that was relayed says who, where and how much',
    {
      level: 'info',
      msg: 'session ended',
      protocol: 'imap',
      listener: 'demo/mail/imaps',
      client: '127.0.0.1:5',
      tls: 'TLSv1.3',
      login: 'alice@example.com',
      endpoint: '127.0.0.1:21143',
      identity: 'believed',
      stage: 'relay',
      up: 3,
      down: 4,
      ms: 5,
    },
    [
      'session imaps, 127.0.0.1:5, TLSv1.3, alice@example.com, to mail-0.demo, identity believed, 3 octets up, 4 down, 5 ms',
    ],
  ],
  [
    'a session that failed says where and why',
    {
      msg: 'session ended',
      listener: 'demo/mail/imap',
      client: '127.0.0.1:5',
      tls: 'none',
      stage: 'login',
      failure: 'login',
      reason: 'refused',
      ms: 5,
    },
    ['session imap, 127.0.0.1:5, no TLS, 5 ms, failed at login: login (refused)'],
  ],
  [
    'a new configuration says what became of its listeners',
    {
      msg: 'configuration applied',
      generation: 'a',
      listeners: [
        { name: 'demo/mail/imap', outcome: 'applied' },
        { name: 'demo/mail/pop3', outcome: 'failed', reason: 'address in use' },
      ],
    },
    ['relay: a new configuration runs, 1 listener', 'relay: demo/mail/pop3 failed: address in use'],
  ],
  [
    'a complaint is passed on with its fields',
    { time: 't', level: 'error', msg: 'configuration refused', errors: ['x'] },
    ['relay: configuration refused, errors ["x"]'],
  ],
  ['what is no complaint is not passed on', { level: 'notice', msg: 'http', port: 1 }, []],
]

for (const [name, record, lines] of relay) {
  test(`relay: ${name}`, () => {
    assert.deepEqual(relayLines(servers)(JSON.stringify(record)), lines)
  })
}

test('relay: a configuration that is applied again is not told again', () => {
  const say = relayLines(servers)
  const line = JSON.stringify({ msg: 'configuration applied', generation: 'a', listeners: [] })
  assert.deepEqual([say(line).length, say(line).length], [1, 0])
})

test('a line that is no record is passed on as it is', () => {
  assert.deepEqual(relayLines(servers)('Error: x'), ['relay: Error: x'])
  assert.deepEqual(controllerLines()('{"x'), ['controller: {"x'])
})

const good = [
  { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'taken' },
  { type: 'Programmed', status: 'True', reason: 'Programmed', message: 'runs' },
]
const bad = { type: 'Accepted', status: 'False', reason: 'Invalid', message: 'spec.timeout: no' }

const status = (...conditions: readonly object[]) =>
  JSON.stringify({ level: 'info', msg: 'status', object: 'demo/mx', conditions, listeners: [{}] })

test('controller: an object in effect is said once, and again when it was wrong between', () => {
  const say = controllerLines()
  const inEffect = ['controller: demo/mx is in effect, 1 listener']
  assert.deepEqual(say(status(...good)), inEffect)
  assert.deepEqual(say(status({ ...good[1], status: 'Unknown', reason: 'Pending' })), [])
  assert.deepEqual(say(status(...good)), [])
  assert.deepEqual(say(status(bad)), [
    'controller: demo/mx: Accepted False, Invalid: spec.timeout: no',
  ])
  assert.deepEqual(say(status(...good)), inEffect)
})

test('controller: a file that cannot be read is named with its place', () => {
  const record = {
    level: 'error',
    msg: 'the source has a fault',
    where: 'a.yaml:1:2',
    message: 'x',
  }
  assert.deepEqual(controllerLines()(JSON.stringify(record)), ['controller: a.yaml:1:2: x'])
})
