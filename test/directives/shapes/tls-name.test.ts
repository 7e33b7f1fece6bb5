import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tlsName } from '../../../src/directives/shapes/tls-name.ts'

test("a backend's certificate is for a host name or an address", () => {
  for (const name of ['dovecot.mail.svc', '10.0.0.1', '::1', 'a']) {
    assert.equal(tlsName.parse(name), name)
  }
  for (const name of ['', '.a', 'a b', '*.a', 'a\0', 'x'.repeat(254)]) {
    assert.equal(tlsName.parse(name), undefined)
  }
})
