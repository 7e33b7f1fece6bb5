import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLog } from '../../src/observe/log.ts'
import { type Ended, printed, Record } from '../../src/relay/record.ts'
import { printEndpoint } from '../../src/wire/address.ts'
import { failures } from '../../src/words/failure.ts'
import { identities } from '../../src/words/identity.ts'
import { mechanisms } from '../../src/words/mechanism.ts'
import { protocolNames } from '../../src/words/protocol-name.ts'
import { stages } from '../../src/words/stage.ts'

interface End {
  readonly ended: Ended
  readonly up: number
  readonly down: number
}

function collected() {
  const lines: string[] = []
  const target = { write: (line: string) => void lines.push(line) }
  return { log: createLog({ target, level: 'info' }), lines }
}

/** The fields as an object, in the order of the record. */
function fields(record: Record, { ended, up, down }: End, ms: number) {
  const { id, protocol, client, listener, tls = 'none', sni, login, mechanism } = record
  const { backend, endpoint, backendTls, identity, stage, failure, reason } = record
  const { commands, faults, logins } = record
  return {
    ...{ id, protocol, client, listener, tls, sni, login, mechanism },
    ...{ backend, endpoint, backendTls, identity, stage, failure, reason, ended },
    ...{ commands, faults, logins, up, down, ms: Math.round(ms) },
  }
}

/** The record's line, and the line that pino makes of the same fields. */
function both(record: Record, end: End, ms: number): readonly [own: string, pinos: string] {
  const { log, lines } = collected()
  log.printed('info', 'session ended', printed(record, end, ms))
  log.info('session ended', fields(record, end, ms))
  const [own = '', pinos = ''] = lines.map(line => line.replace(/"time":"[^"]*"/, '"time":"now"'))
  return [own, pinos]
}

function recordOf(more: Partial<Record>): Record {
  const record = new Record('aQ/-9z', 'imap', 'imap', '127.0.0.1:4000')
  return Object.assign(record, more)
}

const client: End = { ended: 'client', up: 0, down: 0 }

const rows: readonly (readonly [why: string, more: Partial<Record>, end: End, ms: number])[] = [
  ['nothing is known but where it came from', {}, client, 0],
  [
    'a session that was relayed',
    {
      ...{ tls: 'TLSv1.3', sni: 'mail.example.com', login: 'alice', mechanism: 'plain' },
      ...{ backend: 'stores', endpoint: '[2001:db8::1]:143', backendTls: true, identity: 'off' },
      ...{ stage: 'relay', commands: 1, logins: 1 },
    },
    { ended: 'backend', up: 8_589_934_592, down: 1_234_567 },
    86_400_000.4,
  ],
  [
    'one that failed',
    { failure: 'login', reason: 'refused', backendTls: false, faults: 2 },
    { ...client, ended: 'relay' },
    0.5,
  ],
  ['quotes', { login: '"alice"', reason: 'holds no "X"' }, client, 1],
  ['backslashes', { login: '\\x0d\\', listener: 'unix:/run/a\\"b' }, client, 1],
  ['control characters', { login: '\0\b\t\n\f\r\x1b\x7f', sni: '\u2028\u2029' }, client, 1],
  ['text outside ASCII', { backend: 'bäckend…', listener: '電子メール', sni: '📬' }, client, 1],
  ['half a surrogate pair', { login: 'a\ud83d', reason: '\udceeb' }, client, 1],
  ['empty text', { login: '', sni: '', reason: '' }, client, 1],
  ['a long text', { reason: 'a"b…'.repeat(300) }, client, 1],
]

for (const [why, more, end, ms] of rows) {
  test(`the record of a session is the line that pino would write: ${why}`, () => {
    const [own, pinos] = both(recordOf(more), end, ms)
    assert.equal(own, pinos)
    assert.ok(own.endsWith('"msg":"session ended"}\n'))
  })
}

test('whatever a session is, its record is the line that pino would write', () => {
  const text = fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: undefined })
  const some = fc.string({ unit: 'binary', maxLength: 40 })
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('unix:'))
  const place = fc.tuple(address, fc.nat(65_535)).map(([at, port]) => printEndpoint(at, port))
  const oneOf = <T>(words: readonly T[]) => fc.option(fc.constantFrom(...words), { nil: undefined })
  const about = fc.record({
    ...{ protocol: fc.constantFrom(...protocolNames), client: place, listener: some },
    ...{ tls: text, sni: text, login: text, mechanism: oneOf(mechanisms) },
    ...{
      backend: text,
      endpoint: fc.option(place, { nil: undefined }),
      backendTls: oneOf([true, false]),
    },
    ...{ identity: oneOf(identities), stage: fc.constantFrom(...stages) },
    ...{ failure: oneOf(failures), reason: text },
    ...{ commands: fc.nat(), faults: fc.nat(), logins: fc.nat() },
  })
  const end = fc.record({
    ended: fc.constantFrom<Ended>('client', 'backend', 'timeout', 'leaving', 'relay'),
    ...{ up: fc.maxSafeNat(), down: fc.maxSafeNat() },
  })
  const ms = fc.double({ min: 0, max: 1e12, noNaN: true })
  fc.assert(
    fc.property(about, end, ms, (more, how, took) => {
      const [own, pinos] = both(recordOf(more), how, took)
      assert.equal(own, pinos)
    }),
    { numRuns: 200 },
  )
})
