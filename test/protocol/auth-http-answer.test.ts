import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type AuthAnswer,
  authAnswer,
  maxAuthAnswer,
  mostServers,
} from '../../src/protocol/auth-http-answer.ts'

function answer(...lines: readonly string[]): Buffer {
  return Buffer.from([...lines, '', ''].join('\r\n'), 'latin1')
}

function heard(received: Buffer): AuthAnswer {
  const { answer } = authAnswer(received, '1.0') ?? {}
  assert.ok(answer)
  return answer
}

/** The outcome without what it has no word of. */
function taken(received: Buffer): object {
  const found = Object.entries(heard(received)).filter(([, value]) => value !== undefined)
  return Object.fromEntries(found)
}

const ok = ['HTTP/1.0 200 OK', 'Auth-Status: OK']
const invalid = (reason: string): AuthAnswer => ({ kind: 'invalid', reason })
const backend = { server: '192.0.2.10', port: 143 }

const rows: readonly (readonly [string, Buffer, AuthAnswer])[] = [
  [
    'OK with a backend',
    answer(...ok, 'Auth-Server: 192.0.2.10', 'Auth-Port: 143'),
    { kind: 'ok', ...backend },
  ],
  [
    'names in any case, and spaces around a value',
    answer('HTTP/1.1 200', 'AUTH-STATUS:OK  ', 'auth-server:   192.0.2.10 ', 'Auth-port:143'),
    { kind: 'ok', ...backend },
  ],
  [
    'lines that end in LF alone',
    Buffer.from('HTTP/1.0 200 OK\nAuth-Status: OK\n\n'),
    { kind: 'ok' },
  ],
  ['no status line', answer('Auth-Status: OK'), { kind: 'ok' }],
  ['any status code', answer('HTTP/1.0 500 Oops', 'Auth-Status: OK'), { kind: 'ok' }],
  ['a body', Buffer.concat([answer(...ok), Buffer.from('\0body')]), { kind: 'ok' }],
  [
    'other credentials',
    answer(...ok, 'Auth-User: bob%20', 'Auth-Pass:'),
    { kind: 'ok', user: Buffer.from('bob%20'), pass: Buffer.alloc(0) },
  ],
  [
    'a backend without a word of consent, as nginx does',
    answer('HTTP/1.0 200 OK', 'Auth-Server: 192.0.2.10', 'Auth-Port: 143'),
    { kind: 'ok', ...backend },
  ],
  [
    'a page that knows nothing of the protocol as no consent',
    answer('HTTP/1.0 404 Not Found', 'Content-Type: text/html'),
    invalid('did not send server or port'),
  ],
  ['nothing at all as no consent', Buffer.from('\r\n'), invalid('did not send server or port')],
  [
    'a server without a port',
    answer(...ok, 'Auth-Server: 192.0.2.10'),
    invalid('did not send server or port'),
  ],
  [
    'a port that is none',
    answer(...ok, 'Auth-Server: 192.0.2.10', 'Auth-Port: 65536'),
    invalid('sent invalid server port'),
  ],
  [
    'a server that is none',
    answer(...ok, 'Auth-Server: a b', 'Auth-Port: 1'),
    invalid('sent invalid server address'),
  ],
  [
    'any other status as a refusal in these words',
    answer('HTTP/1.0 200 OK', 'Auth-Status: Invalid login or password'),
    { kind: 'denied', text: 'Invalid login or password', wait: 0 },
  ],
  [
    'ok in small letters as a refusal',
    answer('x: y', 'Auth-Status: ok'),
    { kind: 'denied', text: 'ok', wait: 0 },
  ],
  ['an empty status as a refusal', answer('Auth-Status:'), { kind: 'denied', text: '', wait: 0 }],
  [
    'a refusal that is held back, with a code',
    answer('Auth-Status: no', 'Auth-Wait: 3', 'Auth-Error-Code: 550 5.1.1'),
    { kind: 'denied', text: 'no', code: '550 5.1.1', wait: 3 },
  ],
  [
    'no code of success',
    answer('Auth-Status: no', 'Auth-Error-Code: 250 2.0.0'),
    { kind: 'denied', text: 'no', wait: 0 },
  ],
  ['WAIT', answer('Auth-Status: WAIT', 'Auth-Wait: 5'), { kind: 'wait', seconds: 5 }],
  ['WAIT without a time as a second', answer('Auth-Status: WAIT'), { kind: 'wait', seconds: 1 }],
  [
    'no longer wait than an hour',
    answer('Auth-Status: WAIT', 'Auth-Wait: 999999999'),
    { kind: 'wait', seconds: 3600 },
  ],
  ['no odd name', answer(...ok, 'Auth Server: x'), invalid('sent invalid header in response')],
  ['no line without a name', answer(...ok, ': x'), invalid('sent invalid header in response')],
  ['a name alone as an empty header', answer('Auth-Status'), { kind: 'denied', text: '', wait: 0 }],
  ['no NUL', answer(...ok, 'Auth-User: a\0b'), invalid('sent invalid header in response')],
  ['no lone CR', answer(...ok, 'Auth-User: a\rb'), invalid('sent invalid header in response')],
  [
    'of several the last',
    answer(...ok, 'Auth-Pass: a', 'Auth-Pass: b'),
    { kind: 'ok', pass: Buffer.from('b') },
  ],
  [
    'of several words a refusal, wherever it stands',
    answer(...ok, 'Auth-Status: no', 'Auth-Status: WAIT', 'Auth-Status: OK'),
    { kind: 'denied', text: 'no', wait: 0 },
  ],
  [
    'of two refusals the last',
    answer('Auth-Status: one', 'Auth-Status: two', 'Auth-Status: OK'),
    { kind: 'denied', text: 'two', wait: 0 },
  ],
  [
    'a wish to wait before consent',
    answer('Auth-Status: WAIT', 'Auth-Status: OK'),
    { kind: 'wait', seconds: 1 },
  ],
  ['an empty user as one', answer(...ok, 'Auth-User:'), { kind: 'ok', user: Buffer.alloc(0) }],
  [
    'a port with zeros before it',
    answer(...ok, 'Auth-Server: 192.0.2.1', 'Auth-Port: 000143'),
    { kind: 'ok', server: '192.0.2.1', port: 143 },
  ],
  [
    'no more than its cap, however it ends',
    answer(...ok, `X: ${'x'.repeat(maxAuthAnswer)}`),
    invalid('sent headers that are too long'),
  ],
  [
    'no more than its cap, even if it has not ended',
    Buffer.alloc(maxAuthAnswer, 'x'),
    invalid('sent headers that are too long'),
  ],
]

describe('an auth server’s answer: takes', () => {
  for (const [title, received, outcome] of rows) {
    test(title, () => assert.deepEqual(taken(received), outcome))
  }
})

test('nothing is taken before the blank line', () => {
  assert.equal(authAnswer(Buffer.from('Auth-Status: OK\r\n'), '1.0'), undefined)
})

test('an answer that comes octet by octet is incomplete until its last', () => {
  for (const [, received, outcome] of rows) {
    if (received.length > 500) continue
    const end =
      received.indexOf('\r\n\r\n') < 0 ? received.length : received.indexOf('\r\n\r\n') + 4
    for (let length = 0; length < end; length++) {
      assert.equal(authAnswer(received.subarray(0, length), '1.0'), undefined)
    }
    assert.deepEqual(taken(received.subarray(0, end)), outcome)
  }
})

test('no octets make it throw', () => {
  const pieces = fc.constantFrom(
    'Auth-Status: OK\r\n',
    'Auth-Port: 1',
    '\r\n',
    '\n',
    '\r',
    '\0',
    ': ',
    'HTTP/',
  )
  const noise = fc.array(fc.oneof(pieces, fc.string({ maxLength: 8, unit: 'binary' })), {
    maxLength: 20,
  })
  fc.assert(
    fc.property(noise, parts => {
      const found = authAnswer(Buffer.from(parts.join(''), 'latin1'), '1.0')
      assert.ok(!found || ['ok', 'wait', 'denied', 'invalid'].includes(found.answer.kind))
    }),
    { numRuns: 200 },
  )
})

test('a backend is the one that was named, whatever others were named before', () => {
  for (let turn = 0; turn < 2; turn++)
    for (let at = 0; at < 2 * mostServers; at++) {
      const server = `192.0.2.${at}`
      const received = answer(...ok, `Auth-Server: ${server}`, 'Auth-Port: 143')
      assert.deepEqual(taken(received), { kind: 'ok', server, port: 143 })
      received.fill(0)
    }
})

const kept =
  'HTTP/1.1 200 OK\r\nAuth-Status: no\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n'
const without = (header: string) => kept.replace(`${header}\r\n`, '')

const stays: readonly (readonly [what: string, answer: string, in10: boolean, in11: boolean])[] = [
  ['that agrees and says where it ends', kept, true, true],
  ['that does not speak of the connection', without('Connection: keep-alive'), false, true],
  ['that is in HTTP/1.0', kept.replace('HTTP/1.1', 'HTTP/1.0'), true, false],
  ['that agrees in other letters', kept.replace('keep-alive', 'Keep-Alive'), true, true],
  ['that agrees among others', kept.replace('keep-alive', 'x, keep-alive ,y'), true, true],
  ['that says a word like it', kept.replace('keep-alive', 'keep-alives'), false, true],
  ['that says close', kept.replace('keep-alive', 'close'), false, false],
  ['that says close among others', kept.replace('keep-alive', 'x, Close'), false, false],
  ['whose body is all there', `${kept.replace('Length: 0', 'Length: 2')}ok`, true, true],
  ['whose body is not all there', `${kept.replace('Length: 0', 'Length: 2')}o`, false, false],
  ['with more behind it', `${kept}x`, false, false],
  ['in chunks', kept.replace('Content-Length: 0', 'Transfer-Encoding: chunked'), false, false],
  [
    'in chunks and with a length',
    kept.replace('Content', 'Transfer-Encoding: chunked\r\nContent'),
    false,
    false,
  ],
  ['without a length', without('Content-Length: 0'), false, false],
  [
    'without a length that has no body',
    without('Content-Length: 0').replace('200', '204'),
    true,
    true,
  ],
  ['with lines that end in LF', kept.replaceAll('\r', ''), true, true],
]

describe('the connection behind an answer', () => {
  for (const [what, answer, in10, in11] of stays) {
    for (const [version, stay] of [
      ['1.0', in10],
      ['1.1', in11],
    ] as const)
      test(`${what} ${stay ? 'stays' : 'does not stay'} for one who asked in HTTP/${version}`, () => {
        assert.equal(authAnswer(Buffer.from(answer), version)?.stays, stay)
      })
  }
})
