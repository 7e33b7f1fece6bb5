import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MailProxyClass } from '../../src/api/mail-proxy-class.ts'
import {
  byAge,
  type Claim,
  claims,
  classConditions,
  foreign,
  idleDefaults,
} from '../../src/model/claims.ts'
import { mailProxyWith } from '../support/objects.ts'

function classOf(
  name: string,
  controller: string,
  created = '',
  isDefault = false,
): MailProxyClass {
  const annotations = isDefault ? { 'mailproxyclass.postern.dev/is-default-class': 'true' } : {}
  const metadata = { name, creationTimestamp: created, annotations }
  return { kind: 'MailProxyClass', metadata, spec: { controller } }
}

const ours = 'postern.dev/controller'
const us: Claim = { controllerName: ours }
const scoped: Claim = { controllerName: ours, className: 'b' }
const a = classOf('a', ours)
const b = classOf('b', ours)
const theirs = classOf('theirs', 'example.com/other')
const defaultA = classOf('a', ours, '2026-01-01T00:00:00Z', true)
const defaultTheirs = classOf('theirs', 'example.com/other', '2026-02-01T00:00:00Z', true)

const rows: readonly (readonly [
  why: string,
  named: string | undefined,
  classes: readonly MailProxyClass[],
  claim: Claim,
  wanted: boolean,
])[] = [
  ['no class and no default: every controller without a class', undefined, [], us, true],
  ['no class and no default: none with a class', undefined, [], scoped, false],
  ['no class, our default', undefined, [defaultA], us, true],
  ['no class, the default of others', undefined, [defaultTheirs], us, false],
  ['no class, two defaults: the oldest counts', undefined, [defaultTheirs, defaultA], us, true],
  ['a class of ours', 'a', [a, theirs], us, true],
  ['a class of others', 'theirs', [a, theirs], us, false],
  ['a class that does not exist', 'nothing', [a], us, false],
  ['our class by its name, without reading classes', 'b', [], scoped, true],
  ['another class than ours by its name', 'a', [a, b], scoped, false],
]

for (const [why, named, classes, claim, wanted] of rows)
  test(why, () => {
    const proxy = mailProxyWith({
      mailProxyClassName: named,
      backendRefs: [{ name: 'dovecot', port: 143 }],
      listeners: [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }],
    })
    assert.equal(claims(classes, claim)(proxy), wanted)
  })

const strangers: readonly (readonly [
  why: string,
  named: string | undefined,
  classes: readonly MailProxyClass[],
  wanted: boolean,
])[] = [
  ['of a class of others', 'theirs', [a, theirs], true],
  ['of the default class of others', undefined, [defaultTheirs], true],
  ['of our class', 'a', [a, theirs], false],
  ['of no class', undefined, [a, theirs], false],
  ['of a class that nobody can see', 'nothing', [a, theirs], false],
]
for (const [why, named, classes, wanted] of strangers)
  test(`an object ${why} is ${wanted ? '' : 'not '}known to be another controller's`, () => {
    const proxy = mailProxyWith({
      mailProxyClassName: named,
      backendRefs: [{ name: 'dovecot', port: 143 }],
      listeners: [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }],
    })
    // A class of our own controller that we do not serve is none of others.
    assert.equal(foreign(classes, { ...us, className: 'b' })(proxy), wanted)
  })

test('the classes of our controller are told that they are served, and no others', () => {
  const reasonsOf = (claim: Claim) =>
    [
      ...classConditions(
        [defaultA, b, theirs, classOf('c', ours, '2026-03-01T00:00:00Z', true)],
        claim,
      ),
    ].map(([name, conditions]) => `${name} ${conditions.map(one => `${one.status} ${one.reason}`)}`)
  assert.deepEqual(reasonsOf(us), ['a True Accepted', 'b True Accepted', 'c True DefaultIgnored'])
  assert.deepEqual(reasonsOf(scoped), ['b True Accepted'])
})

test('of several default classes, all but the oldest are told', () => {
  assert.deepEqual(idleDefaults([defaultTheirs, defaultA, b]), [
    {
      where: 'MailProxyClass theirs',
      message: 'it is marked as the default, and has no effect as such: a is older',
    },
  ])
  assert.deepEqual(idleDefaults([defaultA, b]), [])
})

test('the oldest comes first, then namespace and name', () => {
  const at = (creationTimestamp: string, namespace: string, name: string) => ({
    metadata: { creationTimestamp, namespace, name },
  })
  const [first, second, third] = [at('1', 'b', 'b'), at('2', 'a', 'b'), at('2', 'b', 'a')]
  assert.deepEqual([third, second, first].sort(byAge), [first, second, third])
})
