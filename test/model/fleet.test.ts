import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build } from '../../src/model/build.ts'
import type { Fleet, PodAnswer } from '../../src/model/fleet.ts'
import { gather } from '../../src/model/gather.ts'
import { fleetStatuses } from '../../src/model/status.ts'
import { options } from '../support/feature.ts'
import { dovecot, mailProxyWith } from '../support/objects.ts'

const listener = { name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }
const object = (more: object = {}) =>
  mailProxyWith({ backendRefs: [{ name: 'dovecot', port: 143 }], listeners: [listener], ...more })
const builtOf = (more: object = {}) => build(gather([...dovecot, object(more)]), options)
const built = builtOf()
const { generation } = built

const said = (pod: string, outcome: 'applied' | 'kept' | 'failed' = 'applied'): PodAnswer => ({
  kind: 'said',
  pod,
  generation,
  listeners: [
    {
      name: 'mail/corp/imap',
      address: '::',
      port: 143,
      outcome,
      ...(outcome === 'applied' ? {} : { reason: 'address in use' }),
    },
  ],
})
const silent: PodAnswer = { kind: 'silent', pod: 'z', reason: 'no answer in time' }
const behind = { kind: 'said', pod: 'y', generation: 'old', listeners: [] } as const

function conditionOf(type: string, fleet: Partial<Fleet>, from = built): string {
  const status = fleetStatuses(from, undefined, { pods: [], facts: new Map(), ...fleet })
  const found = status.get('mail/corp')?.conditions.find(one => one.type === type)
  return `${found?.status} ${found?.reason}: ${found?.message}`
}

const rows: readonly (readonly [why: string, fleet: Partial<Fleet>, wanted: RegExp])[] = [
  ['all pods run it', { pods: [said('a'), said('b')] }, /^True Programmed/],
  [
    'one runs another text',
    { pods: [said('a'), behind] },
    /^False PodsDiffer: .*pod y runs another/,
  ],
  ['one is silent', { pods: [said('a'), silent] }, /^Unknown PodsUnreachable: .*pod z .*in time/],
  [
    'one is silent and one cannot open it',
    { pods: [silent, said('b', 'failed')] },
    /^False ListenerFailed: (?=.*pod b: .*address in use)(?=.*pod z)/,
  ],
  ['one keeps what it had', { pods: [said('a', 'kept')] }, /^False ListenerKept: .*pod a/],
  ['no pod is there, and our relay has not answered', {}, /^Unknown Pending/],
  [
    'the Service lacks the port',
    { pods: [said('a')], published: { service: 'mail/postern', lacking: new Set([143]) } },
    /^False PortNotPublished: .*the Service mail\/postern has no port 143/,
  ],
  [
    'more pods differ than a message holds',
    { pods: Array.from({ length: 9 }, (_, at): PodAnswer => ({ ...behind, pod: `p${at}` })) },
    /^False PodsDiffer: .*and 4 more/,
  ],
]
for (const [why, fleet, wanted] of rows)
  test(`Programmed, where ${why}, is ${wanted.source}`, () => {
    assert.match(conditionOf('Programmed', fleet), wanted)
  })

const fact = (identity: string, secure?: boolean, place = '10.0.0.1:143') => ({
  facts: new Map([[place, { identity, secure }]]),
})
const trust: readonly (readonly [why: string, fleet: Partial<Fleet>, wanted: RegExp])[] = [
  ['none was met', {}, /^Unknown NoBackendSeen/],
  ['another one was met', fact('refused', false, '10.9.9.9:143'), /^Unknown NoBackendSeen/],
  ['it believes, over TLS', fact('believed', true), /^True BackendsTrusted/],
  ['nothing shows whether it believes', fact('unconfirmed'), /^True BackendsTrusted/],
  ['it refuses', fact('refused', true), /^False IdentityRefused: .*login_trusted_networks/],
  [
    'it ignores',
    fact('ignored', true),
    /^False IdentityIgnored: .*10\.0\.0\.1:143 does not believe/,
  ],
  ['it offers no way', fact('not-offered', true), /^False IdentityIgnored: .*offers no way/],
  ['it has no TLS', fact('believed', false), /^False PlaintextBackend: .*in clear text/],
  ['it ignores, in clear text', fact('ignored', false), /^False IdentityIgnored: (?=.*clear text)/],
]
for (const [why, fleet, wanted] of trust)
  test(`BackendsTrusted, where ${why}, is ${wanted.source}`, () => {
    assert.match(conditionOf('BackendsTrusted', fleet), wanted)
  })

test('a backend that is not to be told is not blamed for not believing', () => {
  const untold = builtOf({ identity: { mode: 'None' } })
  assert.match(conditionOf('BackendsTrusted', fact('off', true), untold), /^True/)
  assert.match(conditionOf('BackendsTrusted', fact('ignored', true), untold), /^True/)
})
