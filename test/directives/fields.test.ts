import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fields } from '../../src/directives/fields.ts'
import { table } from '../../src/directives/table.ts'
import { directive } from '../../src/directives/tree.ts'
import { listening } from './scope.ts'

test('these directives are fields, and no others', () => {
  assert.deepEqual(
    fields.map(field => field.name),
    [
      ...['serverName', 'timeout', 'maxErrors', 'maxCommands', 'proxyBuffer'],
      ...['proxyPassErrorMessage'],
      ...['proxyTimeout', 'xclient', 'proxyConnectTimeout', 'proxyNextUpstreamTries'],
      ...['imapCapabilities', 'imapClientBuffer', 'pop3Capabilities', 'pop3ClientBuffer'],
      ...['smtpCapabilities'],
      ...['smtpClientBuffer', 'smtpGreetingDelay', 'balance'],
    ],
  )
})

test('a directive without a field says why', () => {
  for (const { name, row } of table) {
    if (row.field !== true) assert.match(row.field.because, /\S/, name)
    else assert.ok(row.json, name)
  }
})

for (const field of fields) {
  const row = table.find(({ name, row }) => name === field.directive && row.field === true)?.row

  test(`what ${field.name} says is read as the directive says it`, () => {
    const { scope, faults } = listening()
    const words = field.default === undefined ? undefined : field.words(field.default)
    if (words) {
      assert.deepEqual(
        row?.value([directive(field.directive, words)], scope),
        row?.value([], scope),
      )
    }
    assert.deepEqual(faults, [])
  })

  test(`whatever ${field.name} is, it is words of the directive or refused`, () => {
    const json = fc.oneof(fc.jsonValue(), fc.array(fc.string(), { maxLength: 3 }), fc.integer())
    fc.assert(
      fc.property(json, value => {
        const { scope, faults } = listening()
        const words = field.words(value)
        if (words) row?.check(directive(field.directive, words), scope)
        assert.deepEqual(faults, [])
      }),
      { numRuns: 100 },
    )
  })
}

test('fields say booleans, Pascal case, and times as text or seconds', () => {
  const said: readonly (readonly [
    name: string,
    json: unknown,
    words: readonly string[] | undefined,
  ])[] = [
    ['xclient', false, ['off']],
    ['xclient', 'off', undefined],
    ['balance', 'LeastConn', ['least_conn']],
    ['timeout', '1m30s', ['90s']],
    ['timeout', 90, ['90s']],
    ['timeout', 0, undefined],
    ['smtpCapabilities', ['SIZE 1000', 'DSN'], ['SIZE 1000', 'DSN']],
    ['smtpCapabilities', ['DSN\r\nX'], undefined],
    ['smtpCapabilities', [], undefined],
    ['serverName', 'mail.example.com', ['mail.example.com']],
    ['serverName', 'a b', undefined],
  ]
  for (const [name, json, words] of said) {
    const field = fields.find(one => one.name === name)
    assert.deepEqual(field?.words(json), words, `${name} ${JSON.stringify(json)}`)
  }
})
