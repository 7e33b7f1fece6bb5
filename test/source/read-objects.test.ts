import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readObjects } from '../../src/source/read-objects.ts'

const file = 'objects.yaml'
const service = (more: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: dovecot}\nspec:\n  value: ${more}\n`

const value = (more: string): unknown => {
  const { objects, faults } = readObjects(service(more), file)
  assert.deepEqual(faults, [])
  return JSON.parse(JSON.stringify(objects[0]?.object))['spec'].value
}

test('words and numbers mean what they mean to kubectl', () => {
  const rows: [string, unknown][] = [
    ['on', true],
    ['off', false],
    ['yes', true],
    ['No', false],
    ['y', true],
    ['true', true],
    ['"on"', 'on'],
    ['~', null],
    ['0x1f', 31],
    ['010', 8],
    ['1_000', 1000],
    ['1e3', 1000],
    ['1:30', '1:30'],
    ['2026-01-02', '2026-01-02'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['60s', '60s'],
    ['{on: 1}', { true: 1 }],
  ]
  for (const [text, meaning] of rows) assert.deepEqual(value(text), meaning, text)
})

test('several documents, Lists and lists of one kind are taken apart', () => {
  const text = `
---
# nothing but a comment
---
apiVersion: v1
kind: Service
metadata: {name: one}
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Service, metadata: {name: two, namespace: mail}}
- apiVersion: v1
  kind: ServiceList
  items:
  - metadata: {name: three}
---
`
  const { objects, faults } = readObjects(text, file)
  assert.deepEqual(faults, [])
  assert.deepEqual(
    objects.map(({ object: { kind, metadata }, where }) => [kind, metadata, where]),
    [
      ['Service', { name: 'one', namespace: 'default' }, 'objects.yaml:5:1'],
      ['Service', { name: 'two', namespace: 'mail' }, 'objects.yaml:12:3'],
      ['Service', { name: 'three', namespace: 'default' }, 'objects.yaml:16:5'],
    ],
  )
})

test('JSON is read, and kinds of others are passed over', () => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } },
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'x' } },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' }, stringData: { a: 'b' } },
    ],
  })
  const { objects, faults } = readObjects(text, 'a.json')
  assert.deepEqual(faults, [])
  assert.deepEqual(
    objects.map(({ object }) => object.kind),
    ['Secret'],
  )
})

test('a class has no namespace, whatever it says', () => {
  const { objects } = readObjects(
    'apiVersion: postern.dev/v1alpha1\nkind: MailProxyClass\nmetadata: {name: a, namespace: b}\n',
    file,
  )
  assert.deepEqual(objects[0]?.object.metadata, { name: 'a' })
})

test('every fault is named with its file, line and column', () => {
  const rows: [text: string, where: string, message: RegExp][] = [
    ['a: [1\nb: 2\n', '2:1', /flow/i],
    ['a: 1\na: 2\n', '2:1', /unique/],
    ['kind: Service\n', '1:1', /apiVersion is missing/],
    ['apiVersion: v1\nkind: 7\n', '2:7', /kind is missing or no text/],
    ['- 1\n', '1:1', /this is no object/],
    ['hello\n', '1:1', /this is no object/],
    ['apiVersion: v1\nkind: Service\n', '1:1', /metadata.name is missing/],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  name: 7\n', '4:9', /metadata.name/],
    ['apiVersion: v1\nkind: Service\nmetadata:\n  {name: a, namespace: []}', '4:24', /namespace/],
    [
      'apiVersion: postern.dev/v1\nkind: MailProxy\n',
      '2:7',
      /postern.dev\/v1 has no kind MailProxy: postern.dev\/v1alpha1 MailProxy or .* is expected/,
    ],
    [service('.nan'), '5:10', /no meaning in JSON/],
    [service('!!binary aGk='), '5:19', /no meaning in JSON/],
    ['apiVersion: v1\nkind: List\nitems:\n- 7\n', '4:3', /this is no object/],
    ['\tx: 1\n', '1:1', /tab/i],
    [`${service('1')}---\na: *nothing\n`, '7:1', /alias/i],
    [
      `a: &a [x,x]\n${'bcdefghijklmnop'.replace(/./g, c => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`,
      '1:1',
      /alias/i,
    ],
    [`${'['.repeat(20_000)}`, '1:1', /./],
  ]
  for (const [text, where, message] of rows) {
    const { faults } = readObjects(text, file)
    assert.match(faults[0]?.message ?? 'no fault', message, text.slice(0, 60))
    if (where !== '1:1') assert.equal(faults[0]?.where, `${file}:${where}`, text)
  }
})

test('the documents beside a faulty one are read all the same', () => {
  const { objects, faults } = readObjects(
    `${service('1')}---\nkind: Service\n---\n${service('2')}`,
    file,
  )
  assert.equal(objects.length, 2)
  assert.equal(faults.length, 1)
})

test('no text at all makes the reader throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc
          .array(
            fc.constantFrom(
              '- ',
              ': ',
              '{',
              '}',
              '[',
              ']',
              '\n',
              '  ',
              'a',
              '&a ',
              '*a',
              '!!set ',
              '? ',
              '---\n',
              '"',
              "'",
              '|\n',
              '<<: ',
              '%YAML 1.1\n',
              'kind',
            ),
            { maxLength: 60 },
          )
          .map(words => words.join('')),
      ),
      text => {
        readObjects(text, file)
      },
    ),
    { numRuns: 200 },
  )
})
