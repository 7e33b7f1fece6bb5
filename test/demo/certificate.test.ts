import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { certificate } from '../../src/demo/certificate.ts'

test('the certificate is signed by the authority and names where the demo listens', async () => {
  const pair = await certificate(new Date())
  const leaf = new X509Certificate(pair.certificate)
  const authority = new X509Certificate(pair.authority)
  assert.ok(authority.ca && !leaf.ca)
  assert.ok(leaf.verify(authority.publicKey))
  assert.ok(leaf.checkHost('mail.example.com') && leaf.checkHost('localhost'))
  assert.ok(leaf.checkIP('127.0.0.1'))
  assert.ok(createSecureContext({ cert: pair.certificate, key: pair.key }))
})
