import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Secret } from '../../src/api/objects.ts'
import { pairs } from '../../src/model/pairs.ts'
import { makeAuthority } from '../support/certificates.ts'
import { secretOf } from '../support/objects.ts'

const authority = await makeAuthority()
const one = await authority.issue(['one.example.com'])
const two = await authority.issue(['two.example.com'])

function secret(crt: string, key: string): Secret {
  const object = secretOf('pair', { 'tls.crt': crt, 'tls.key': key }, 'kubernetes.io/tls')
  if (object.kind === 'Secret') return object
  throw new Error('no Secret')
}

const now = Date.now()
const later = now + 3 * 86_400_000
const good = secret(one.certificate, one.key)
const renewed = secret(two.certificate, two.key)
const bad = secret(one.certificate, two.key)

function after(...seen: readonly (Secret | undefined)[]) {
  return seen.reduce(
    (known, next) => {
      const book = pairs(known, now)
      book.pair('mail/pair', next)
      return book.known
    },
    new Map() as ReturnType<typeof pairs>['known'],
  )
}

const found = (known: ReturnType<typeof after>, next: Secret | undefined, at = now) =>
  pairs(known, at).pair('mail/pair', next)

test('a renewed pair takes the place of the old one', () => {
  assert.deepEqual(found(after(good), renewed).value?.names, ['two.example.com'])
})

test('a Secret that turned bad keeps the last good pair, and says so', () => {
  const { value, violations } = found(after(good), bad)
  assert.deepEqual(value?.names, ['one.example.com'])
  assert.match(
    violations[0]?.message ?? '',
    /does not fit .*, and its last good certificate is used$/,
  )
})

test('it keeps it over any number of builds, and over its deletion', () => {
  assert.deepEqual(found(after(good, bad, bad, undefined), undefined).value?.names, [
    'one.example.com',
  ])
  assert.equal(found(after(good), undefined).violations[0]?.reason, 'SecretNotFound')
})

test('it keeps it no longer than the certificate lasts', () => {
  assert.equal(found(after(good), bad, later).value, undefined)
})

test('a Secret that was never good has no pair', () => {
  assert.equal(found(after(), bad).value, undefined)
  assert.equal(found(after(bad), undefined).value, undefined)
})

test('an expired certificate is used, and noted', () => {
  const { value, violations, notes } = found(after(), good, later)
  assert.ok(value)
  assert.deepEqual(violations, [])
  assert.match(notes[0] ?? '', /^the certificate of the Secret mail\/pair expired at /)
})

test('a certificate of tomorrow, and a chain that is out of order or over, are noted', async () => {
  const root = await makeAuthority('a root')
  const middle = await root.authority('a middle')
  const leaf = await middle.issue(['one.example.com'])
  // Just made, it may be a moment younger than `now`.
  const made = Date.now()
  const notes = (chain: readonly string[], at = made) =>
    found(after(), secret([leaf.certificate, ...chain].join(''), leaf.key), at).notes
  assert.deepEqual(notes([]), [])
  assert.deepEqual(notes([middle.certificate, root.certificate]), [])
  assert.deepEqual(notes([root.certificate, middle.certificate]), [
    'the chain of the Secret mail/pair is not in order, each certificate before its issuer',
  ])
  assert.match(
    notes([middle.certificate], later).join('\n'),
    /^the certificate of .* expired at .*\nthe chain of the Secret mail\/pair expired at /,
  )
  assert.match(notes([], now - 86_400_000).join(), /is not valid before /)
})

test('a Secret that did not change is not tried again', () => {
  const known = after(good)
  const again = pairs(known, now)
  again.pair('mail/pair', secret(one.certificate, one.key))
  assert.equal(again.known.get('mail/pair')?.verdict, known.get('mail/pair')?.verdict)
})

test('a Secret that nobody names any more is forgotten', () => {
  assert.equal(pairs(after(good), now).known.size, 0)
})
