import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { generate } from 'selfsigned'
import { covers, keyPair } from '../../src/model/key-pair.ts'
import { makeAuthority } from '../support/certificates.ts'
import { secretOf } from '../support/objects.ts'

const authority = await makeAuthority()
const good = await authority.issue(['mail.example.com', '*.example.org'])
const other = await authority.issue(['other.example.com'])
const weak = await generate([{ name: 'commonName', value: 'weak.example.com' }], { keySize: 1024 })

function judged(data: Readonly<Record<string, string>>, type = 'kubernetes.io/tls') {
  const secret = secretOf('pair', data, type)
  if (secret.kind !== 'Secret') throw new Error('no Secret')
  return keyPair(secret)
}

const pem = (crt: string, key: string) => ({ 'tls.crt': crt, 'tls.key': key })

test('a certificate and its key are published in one file, named by its content', () => {
  const verdict = judged(pem(good.certificate, good.key))
  assert.equal(verdict.kind, 'good')
  if (verdict.kind !== 'good') return
  assert.match(verdict.pair.file.name, /^tls\/[0-9a-f]{64}\.pem$/)
  assert.deepEqual(verdict.pair.names, ['mail.example.com', '*.example.org'])
  assert.match(verdict.pair.file.content, /BEGIN CERTIFICATE[\s\S]*PRIVATE KEY-----\n$/)
})

test('text around the blocks is not published', () => {
  const verdict = judged(pem(`# mine\n${good.certificate}\nsubject=x`, `Key:\n${good.key}`))
  assert.equal(verdict.kind, 'good')
  if (verdict.kind === 'good') assert.doesNotMatch(verdict.pair.file.content, /mine|subject|Key:/)
})

test('a chain is published whole, the leaf first', () => {
  const verdict = judged(pem(good.certificate + authority.certificate, good.key))
  const blocks = verdict.kind === 'good' ? verdict.pair.file.content.match(/BEGIN CERT/g) : []
  assert.equal(blocks?.length, 2)
})

const broken = good.certificate.replace(/[A-Za-z0-9+/]{20}\n/, '????????????????????\n')
const rows: readonly (readonly [why: string, data: Record<string, string>, fault: RegExp])[] = [
  ['no certificate', { 'tls.key': good.key }, /^has no tls\.crt$/],
  ['no key', { 'tls.crt': good.certificate }, /^has no tls\.key$/],
  [
    'a certificate that is not PEM',
    pem('MIIB', good.key),
    /^holds no certificate in PEM in tls\.crt$/,
  ],
  [
    'a key that is not PEM',
    pem(good.certificate, 'MIIB'),
    /^holds no private key in PEM in tls\.key$/,
  ],
  [
    'the key of another certificate',
    pem(good.certificate, other.key),
    /does not fit the first certificate/,
  ],
  [
    'a key that cannot be read',
    pem(good.certificate, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'),
    /a key that cannot be read/,
  ],
  ['a broken certificate', pem(broken, good.key), /a certificate that cannot be read/],
  [
    'a broken second certificate in the chain',
    pem(good.certificate + broken, good.key),
    /a certificate that cannot be read/,
  ],
  ['a key that OpenSSL refuses', pem(weak.cert, weak.private), /OpenSSL refuses/],
]

for (const [why, data, fault] of rows)
  test(`refuses ${why}`, () => {
    const verdict = judged(data)
    assert.equal(verdict.kind, 'bad')
    if (verdict.kind === 'bad') assert.match(verdict.faults.join(), fault)
  })

test('every fault of a Secret is named', () => {
  assert.deepEqual(judged({}, 'Opaque'), {
    kind: 'bad',
    faults: ['is not of type kubernetes.io/tls', 'has no tls.crt', 'has no tls.key'],
  })
})

test('an encrypted key is refused', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes256', passphrase: 'x' })
  assert.equal(judged(pem(good.certificate, key.toString())).kind, 'bad')
})

test('a name covers a host as RFC 6125 has it', () => {
  assert.ok(covers('mail.example.com', 'MAIL.example.com'))
  assert.ok(covers('*.example.com', 'mail.example.com'))
  assert.ok(!covers('*.example.com', 'a.mail.example.com'))
  assert.ok(!covers('*.example.com', 'example.com'))
  assert.ok(covers('*.example.com', '*.example.com'))
})
