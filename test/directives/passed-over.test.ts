import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notCarriedOut, passedOver } from '../../src/directives/passed-over.ts'

test('a directive is passed over or a fault, not both', () => {
  for (const name of notCarriedOut) assert.equal(passedOver.has(name), false, name)
})

test('what protects mail is never passed over', () => {
  for (const name of ['ssl_verify_client', 'ssl_crl', 'proxy_protocol', 'set_real_ip_from']) {
    assert.equal(notCarriedOut.has(name), true, name)
  }
})
