import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pem } from '../../../src/directives/shapes/pem.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

function read(text: string) {
  const { scope, faults } = listening()
  return { value: pem.parse([word(text)], scope, 'ssl_certificate_key'), faults }
}

test('a file stands beside the main file', () => {
  assert.deepEqual(read('mail.key'), { value: '/etc/postern/mail.key', faults: [] })
})

test('PEM in the text is taken as it stands, and written so that it is read back', () => {
  const text = 'data:-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'
  const { value, faults } = read(text)
  assert.deepEqual({ value, faults }, { value: text, faults: [] })
  assert.deepEqual(pem.print(text), [text])
})

test('what is no PEM behind data: is refused, and not repeated', () => {
  for (const text of ['data:', 'data:hunter2', 'data:$key']) {
    const { value, faults } = read(text)
    assert.equal(value, undefined)
    assert.deepEqual(faults, ['"ssl_certificate_key" has no PEM behind "data:"'])
  }
})

for (const [text, kind] of [
  ['engine:pkcs11:pin-value=1234', 'engine'],
  ['store:pkcs11:object=mail;pin-value=1234', 'store'],
] as const) {
  test(`a key in an OpenSSL ${kind} is refused with the reason, and its PIN is not repeated`, () => {
    const { value, faults } = read(text)
    assert.equal(value, undefined)
    assert.deepEqual(faults, [
      `"ssl_certificate_key ${kind}:…" cannot be honoured: Node's TLS takes keys from a file or from "data:", and none from an engine or a store of OpenSSL`,
    ])
  })
}
