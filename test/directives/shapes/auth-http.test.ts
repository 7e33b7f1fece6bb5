import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { authHttp, maxUrl } from '../../../src/directives/shapes/auth-http.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

const tcp = { literal: false, unix: false, tls: false, port: 80, uri: '/' }
const unix = { literal: false, unix: true, tls: false, port: 0, hostHeader: 'localhost' }
const literal = { ...tcp, literal: true }

const rows: readonly (readonly [text: string, value: object])[] = [
  ['localhost', { ...tcp, host: 'localhost', hostHeader: 'localhost' }],
  ['http://auth', { ...tcp, host: 'auth', hostHeader: 'auth' }],
  [
    '127.0.0.1:9000/auth?x=1',
    { ...literal, host: '127.0.0.1', hostHeader: '127.0.0.1', port: 9000, uri: '/auth?x=1' },
  ],
  ['http://[::1]:9000/a', { ...literal, host: '::1', hostHeader: '[::1]', port: 9000, uri: '/a' }],
  ['a.b.svc:8080', { ...tcp, host: 'a.b.svc', hostHeader: 'a.b.svc', port: 8080 }],
  ['unix:/run/auth', { ...unix, host: '/run/auth', uri: '/' }],
  ['https://auth', { ...tcp, tls: true, host: 'auth', hostHeader: 'auth', port: 443 }],
  [
    'https://auth:8443/a',
    { ...tcp, tls: true, host: 'auth', hostHeader: 'auth', port: 8443, uri: '/a' },
  ],
  ['http://unix:/run/auth:/a', { ...unix, host: '/run/auth', uri: '/a' }],
]

for (const [text, value] of rows) {
  test(`auth_http ${text} is taken apart`, () => {
    const { scope, faults } = listening()
    assert.deepEqual(authHttp.parse([word(text)], scope, 'auth_http'), value)
    assert.deepEqual(faults, [])
  })
}

for (const text of [
  ...[
    '',
    'https://unix:/run/auth',
    'auth:',
    'auth:0',
    'auth:70000',
    'auth:80x',
    '[::1',
    '/auth',
    'a b',
  ],
  ...['auth/ HTTP/1.0\r\nX: y', 'auth/\u00e9', 'user@auth', 'unix:', 'unix:run', 'unix:/run:auth'],
  `a/${'x'.repeat(maxUrl)}`,
]) {
  test(`auth_http ${JSON.stringify(text.slice(0, 30))} is refused`, () => {
    const { scope, faults } = listening()
    assert.equal(authHttp.parse([word(text)], scope, 'auth_http'), undefined)
    assert.equal(faults.length, 1)
  })
}

test('what is written is read back', () => {
  const { scope } = listening()
  for (const [text] of rows) {
    const value = authHttp.parse([word(text)], scope, 'auth_http')
    assert.ok(value)
    assert.deepEqual(authHttp.parse(authHttp.print(value).map(word), scope, 'auth_http'), value)
  }
})

test('nothing that is taken can end a line of the request', () => {
  fc.assert(
    fc.property(hostile, hostile, (host, uri) => {
      const { scope } = listening()
      const value = authHttp.parse([word(`${host}/${uri}`)], scope, 'auth_http')
      if (value) assert.match(value.hostHeader + value.uri, /^[!-~]*$/)
    }),
    { numRuns: 200 },
  )
})
