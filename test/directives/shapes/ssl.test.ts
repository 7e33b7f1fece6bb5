import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { confCommand, confFlags } from '../../../src/directives/shapes/conf-command.ts'
import { sessionCache } from '../../../src/directives/shapes/session-cache.ts'
import { word } from '../../../src/directives/tree.ts'
import { hostile } from '../hostile.ts'
import { listening } from '../scope.ts'

const shapes = { ssl_conf_command: confCommand, ssl_session_cache: sessionCache } as const

function read(text: string) {
  const { scope, faults, notices } = listening()
  const [name = '', ...words] = text.split(' ')
  const shape = name === 'ssl_conf_command' ? shapes[name] : shapes.ssl_session_cache
  return { value: shape.parse(words.map(word), scope, name), faults, notices }
}

const taken: readonly string[] = [
  'ssl_session_cache off',
  'ssl_session_cache none',
  'ssl_session_cache builtin',
  'ssl_session_cache shared:a:32k off',
  'ssl_session_cache builtin:1000 shared:mail:10m',
  'ssl_session_cache shared:mail:10m',
  'ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256',
  'ssl_conf_command minprotocol TLSv1.2',
  'ssl_conf_command Options -SessionTicket,PrioritizeChaCha',
]

for (const text of taken) {
  test(`${text} is taken`, () => {
    const { value, faults, notices } = read(text)
    assert.ok(value)
    assert.deepEqual([faults, notices], [[], []])
  })
}

const wrong: readonly (readonly [text: string, fault: RegExp])[] = [
  ['ssl_session_cache on', /invalid session cache "on"/],
  ['ssl_session_cache shared:a:31k', /session cache "shared:a:31k" is too small/],
  ['ssl_session_cache shared::1m', /invalid session cache/],
  ['ssl_conf_command Options NoTLSv9', /takes AllowNoDHEKEX/],
  ['ssl_conf_command MinProtocol SSLv9', /must be TLSv1, /],
  ['ssl_conf_command Ciphersuites a;b', /must be a list of names/],
]

for (const [text, fault] of wrong) {
  test(`${text} is refused`, () => {
    const { value, faults } = read(text)
    assert.equal(value, undefined)
    assert.match(faults.join(), fault)
  })
}

test('a command that protects and that Node has no option for is a fault, never a notice', () => {
  for (const name of ['ClientCAFile', 'VerifyMode', 'Protocol', 'ClientSignatureAlgorithms']) {
    assert.match(read(`ssl_conf_command ${name} x`).faults.join(), /cannot carry out/)
  }
})

test('a command that protects nobody and has no option is taken with a notice', () => {
  const { value, notices } = read('ssl_conf_command NumTickets 4')
  assert.ok(value)
  assert.match(notices.join(), /has no effect: Node has no setting/)
})

test('an option that OpenSSL always does, or that is about speed, is taken with a notice', () => {
  const { value, notices } = read('ssl_conf_command Options KTLS,-SessionTicket,DHSingle')
  assert.deepEqual(value, {
    name: 'Options',
    value: 'KTLS,-SessionTicket,DHSingle',
    flags: [['SessionTicket', false]],
  })
  assert.deepEqual(notices, [
    '"ssl_conf_command Options KTLS" has no effect: Node has no setting for it',
    '"ssl_conf_command Options DHSingle" has no effect: Node has no setting for it',
  ])
})

test('options are on, or off behind a minus', () => {
  assert.deepEqual(confFlags('sessionticket,-Compression,+NoRenegotiation,x'), [
    ['SessionTicket', true],
    ['Compression', false],
    ['NoRenegotiation', true],
    undefined,
  ])
})

test('any words are a command or told why not', () => {
  fc.assert(
    fc.property(hostile, hostile, (name, value) => {
      const { scope, faults } = listening()
      const found = confCommand.parse([word(name), word(value)], scope, 'ssl_conf_command')
      assert.equal(found === undefined, faults.length > 0)
    }),
    { numRuns: 200 },
  )
})
