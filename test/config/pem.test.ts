import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from '../../src/config/load.ts'
import { pemName, pemText } from '../../src/config/pem.ts'
import { faults, machine, server } from './loading.ts'

test('a certificate and its key may stand in the text, over lines or with \\n', () => {
  const { settings } = server(
    `listen 993 ssl; auth_http a;
     ssl_certificate "data:-----BEGIN CERTIFICATE-----
AAAA
-----END CERTIFICATE-----";
     ssl_certificate_key "data:-----BEGIN PRIVATE KEY-----\\nBBBB\\n-----END PRIVATE KEY-----\\n";`,
  )
  assert.deepEqual(
    [settings.ssl_certificate[0]?.file, settings.ssl_certificate_key[0]].map(one =>
      pemText(one ?? ''),
    ),
    [
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      '-----BEGIN PRIVATE KEY-----\nBBBB\n-----END PRIVATE KEY-----\n',
    ],
  )
})

test('a message calls it by what it is, a file by its name', () => {
  assert.equal(pemName('/a'), '/a')
  assert.equal(pemName('data:-----BEGIN X'), 'the PEM behind "data:"')
  assert.deepEqual(
    faults('mail { auth_http a; ssl_certificate data:-----BEGIN; server { listen 143; } }'),
    ['1:37 "ssl_certificate" has no PEM behind "data:"'],
  )
  assert.deepEqual(
    faults('mail { auth_http a; ssl_certificate "data:-----BEGIN C"; server { listen 993 ssl; } }'),
    ['1:21 no "ssl_certificate_key" is defined for certificate the PEM behind "data:"'],
  )
})

test('a line with a key on it is not shown below its fault', () => {
  for (const value of [
    '"data:-----BEGIN PRIVATE KEY-----\\nSECRET\\n-----END PRIVATE KEY-----" x',
    'engine:pkcs11:pin-value=SECRET',
    '"data:SECRET"',
  ]) {
    const text = `mail { ssl_certificate_key ${value}; }`
    const loaded = load({ text, file: 'relay.conf' }, machine())
    assert.equal(loaded.kind, 'faults')
    if (loaded.kind === 'faults') assert.doesNotMatch(JSON.stringify(loaded.faults), /SECRET/)
  }
})
