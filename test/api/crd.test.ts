import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crds } from '../../src/api/crd.ts'
import { listenerFields, specFields } from '../../src/api/directive-fields.ts'
import { mailProxySpec } from '../../src/api/mail-proxy.ts'
import { mailProxyClassSpec } from '../../src/api/mail-proxy-class.ts'
import { mailProxyStatus } from '../../src/api/mail-proxy-status.ts'
import { mailProxyTable } from '../support/mail-proxy-table.ts'
import { walk } from '../support/schemas.ts'

const all = [
  ...walk('spec', mailProxySpec),
  ...walk('status', mailProxyStatus),
  ...walk('class', mailProxyClassSpec),
]

test('every field has a description', () => {
  assert.deepEqual(
    all.filter(([, { description }]) => description === '').map(([path]) => path),
    [],
  )
})

test('defaults stand in spec and never in a list', () => {
  const inLists = all.filter(([path, one]) => path.includes('[]') && one.default !== undefined)
  assert.deepEqual(
    inLists.map(([path]) => path),
    [],
  )
})

test('a directive is a field of spec and of each listener', () => {
  assert.deepEqual(Object.keys(specFields), Object.keys(listenerFields))
})

test('every rule is a sentence without a full stop', () => {
  for (const [path, { rules }] of all)
    for (const { message } of rules) assert.match(message, /^[a-zA-Z].*[^.]$/, path)
})

test('no CEL rule looks at a value that is a string or an integer: Kubernetes 1.33 finds it too dear', () => {
  const looking = all.filter(
    ([, { node, rules }]) => node.kind === 'quantity' && rules.some(one => one.expression),
  )
  assert.deepEqual(looking, [])
})

test('every rule of a MailProxy refuses an object of the table', () => {
  const refused = mailProxyTable.flatMap(({ faults }) => faults)
  const rules = new Set(all.flatMap(([path, { rules }]) => (path.startsWith('spec') ? rules : [])))
  const untried = [...rules].filter(
    ({ message }) => !refused.some(fault => message.includes(fault)),
  )
  assert.deepEqual([...new Set(untried.map(({ message }) => message))], [])
})

test('the CRDs are plain data', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(crds)), crds)
})
