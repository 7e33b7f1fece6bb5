import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificate, maxHosts } from '../../../src/directives/shapes/certificate.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

function read(...words: readonly string[]) {
  const { scope, faults } = listening()
  return { value: certificate.parse(words.map(word), scope, 'ssl_certificate'), faults }
}

test('a file alone is for the names in the certificate', () => {
  assert.deepEqual(read('tls/a.pem').value, { file: '/etc/postern/tls/a.pem', hosts: [] })
})

test('PEM may stand in the text', () => {
  const file = 'data:-----BEGIN CERTIFICATE-----\n'
  assert.deepEqual(read(file, 'a.example').value, { file, hosts: ['a.example'] })
})

test('host names behind the file are compared in lower case', () => {
  assert.deepEqual(read('/a.pem', 'Mail.Example.com', '*.example.org').value, {
    file: '/a.pem',
    hosts: ['mail.example.com', '*.example.org'],
  })
})

test('what is no host name is refused, each where it stands', () => {
  const { value, faults } = read('/a.pem', 'a..b', 'a.*.b', '*', 'ok.example', 'a b')
  assert.equal(value, undefined)
  assert.equal(faults.length, 4)
})

test('a certificate takes so many host names', () => {
  assert.equal(certificate.most, 1 + maxHosts)
})

test('what is written is read back', () => {
  const value = { file: '/a b.pem', hosts: ['a.example'] }
  assert.deepEqual(read(...certificate.print(value)).value, value)
})
