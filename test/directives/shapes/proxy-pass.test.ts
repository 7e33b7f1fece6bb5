import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proxyPass } from '../../../src/directives/shapes/proxy-pass.ts'

const rows: readonly (readonly [text: string, value: object | undefined])[] = [
  ['dovecot', { kind: 'upstream', name: 'dovecot' }],
  ['mail/dovecot/143', { kind: 'upstream', name: 'mail/dovecot/143' }],
  ['10.0.0.1:143', { kind: 'address', address: '10.0.0.1', port: 143 }],
  ['[2001:db8::1]:143', { kind: 'address', address: '2001:db8::1', port: 143 }],
  ['dovecot:143', undefined],
  ['10.0.0.1:0', undefined],
  ['a b', undefined],
  ['', undefined],
  ['x'.repeat(256), undefined],
]

for (const [text, value] of rows) {
  test(`proxy_pass ${text.slice(0, 30)} is ${value ? 'taken' : 'refused'}`, () => {
    const parsed = proxyPass.parse(text)
    assert.deepEqual(parsed, value)
    if (parsed) assert.deepEqual(proxyPass.parse(proxyPass.print(parsed)), parsed)
  })
}
