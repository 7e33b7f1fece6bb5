import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build } from '../../src/model/build.ts'
import { gather } from '../../src/model/gather.ts'
import type { Answered } from '../../src/model/programmed.ts'
import { statuses } from '../../src/model/status.ts'
import { options } from '../support/feature.ts'
import { dovecot, mailProxyWith } from '../support/objects.ts'

const object = mailProxyWith({
  backendRefs: [{ name: 'dovecot', port: 143 }],
  listeners: [{ name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }],
})
const built = build(gather([...dovecot, object]), options)
const { generation } = built
const socket = { name: 'mail/corp/imap', address: '0.0.0.0', port: 143 }

const rows: readonly (readonly [why: string, answer: Answered | undefined, wanted: string])[] = [
  ['no answer yet', undefined, 'Unknown Pending'],
  [
    'a text that could not be written',
    { kind: 'failed', reason: 'ENOSPC: no space left on device, write' },
    'Unknown Pending',
  ],
  [
    'an answer about another text',
    { kind: 'applied', generation: 'other', listeners: [] },
    'Unknown Pending',
  ],
  [
    'an answer that does not name the listener',
    { kind: 'applied', generation, listeners: [] },
    'Unknown Pending',
  ],
  [
    'every socket applied',
    { kind: 'applied', generation, listeners: [{ ...socket, outcome: 'applied' }] },
    'True Programmed',
  ],
  [
    'one socket failed',
    {
      kind: 'applied',
      generation,
      listeners: [
        { ...socket, outcome: 'applied' },
        { ...socket, address: '::', outcome: 'failed', reason: 'in use' },
      ],
    },
    'False ListenerFailed',
  ],
  [
    'one socket kept',
    {
      kind: 'applied',
      generation,
      listeners: [{ ...socket, outcome: 'kept', reason: 'key refused' }],
    },
    'False ListenerKept',
  ],
  [
    'the machine has no IPv6',
    {
      kind: 'applied',
      generation,
      listeners: [
        { ...socket, outcome: 'applied' },
        { ...socket, address: '::', outcome: 'failed', reason: 'the machine has no such address' },
      ],
    },
    'True Programmed',
  ],
  [
    'the whole text refused',
    { kind: 'refused', generation, errors: ['relay.conf:1:1: no'] },
    'False TextRefused',
  ],
]

for (const [why, answer, wanted] of rows)
  test(`Programmed is ${wanted} after ${why}`, () => {
    const status = statuses(built, answer).get('mail/corp')
    const found = [status, status?.listeners[0]].map(one => {
      const condition = one?.conditions.find(({ type }) => type === 'Programmed')
      return `${condition?.status} ${condition?.reason}`
    })
    assert.deepEqual(found, [wanted, wanted])
  })

test('an observed generation is that of the object, or of its refused edit', () => {
  const refused = [
    { key: 'mail/corp', generation: 7, faults: [{ path: 'spec.tls', message: 'is bad' }] },
  ]
  const edited = build(gather([...dovecot, object], refused), options)
  const [accepted] = statuses(edited, undefined).get('mail/corp')?.conditions ?? []
  assert.deepEqual(accepted, {
    type: 'Accepted',
    status: 'False',
    reason: 'Invalid',
    message: 'spec.tls: is bad; the version before goes on',
    observedGeneration: 7,
  })
  assert.equal(edited.text, built.text)
})

test('an object that was never good is in the statuses too', () => {
  const refused = [{ key: 'mail/bad', generation: 1, faults: [{ path: '', message: 'is bad' }] }]
  const conditions = statuses(build(gather([], refused), options), undefined).get(
    'mail/bad',
  )?.conditions
  assert.deepEqual(
    conditions?.map(({ type, status }) => `${type} ${status}`),
    ['Accepted False', 'ResolvedRefs False', 'Programmed False'],
  )
})
