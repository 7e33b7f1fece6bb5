import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Back, BackStep } from '../../src/protocol/protocol.ts'
import { protocols } from '../../src/protocol/protocols.ts'
import { protocolNames } from '../../src/words/protocol-name.ts'
import { backendTlsModes } from '../../src/words/starttls.ts'
import { type LegLook, leg } from '../support/leg.ts'

const lines = {
  imap: [
    '* OK ready',
    '* OK [CAPABILITY IMAP4rev1 ID STARTTLS SASL-IR AUTH=PLAIN] ready',
    '* OK [CAPABILITY LOGINDISABLED AUTH=LOGIN] ready',
    '* BYE',
    '+',
    '+ OK',
    'a1 OK done',
    'a1 NO no',
    'a1 NO [UNAVAILABLE] no',
    'postern OK done',
    'postern BAD no',
    '* CAPABILITY IMAP4rev1 ID',
  ],
  pop3: [
    '+OK',
    '+OK [XCLIENT] ready',
    '+OK Updated',
    '-ERR',
    '-ERR [SYS/TEMP] no',
    '+',
    '.',
    'STLS',
  ],
  smtp: [
    '220 mx',
    '250 mx',
    '250-mx',
    '250-STARTTLS',
    '250-AUTH PLAIN LOGIN',
    '250-XCLIENT NAME ADDR LOGIN TTL',
    '250-XCLIENT NAME ADDR PROTO HELO PORT LOGIN DESTADDR DESTPORT',
    '334',
    '235 ok',
    '535 no',
    '454 no',
    '550 5.7.0 no',
    '502 no',
  ],
} as const

const credentials = fc.constantFrom('alice', '', ' ', 'a b', 'x'.repeat(400), 'a\r\nb', 'a\0b')

const looks: fc.Arbitrary<LegLook> = fc.record({
  attempt: fc.record({
    mechanism: fc.constantFrom('plain', 'login', 'external', 'none'),
    tag: fc.constantFrom('a1', '', '*'),
    mail: fc.constant(Buffer.from('MAIL FROM:<a@b>')),
    rcpt: fc.constant(Buffer.from('RCPT TO:<c@d>')),
    greeted: fc.constantFrom(
      { verb: 'EHLO', name: 'client' } as const,
      { verb: 'HELO', name: 'a\r\nQUIT' } as const,
    ),
  }),
  login: credentials,
  password: fc.oneof(credentials, fc.constant(undefined)),
  judge: fc.constantFrom('backend', 'edge'),
  tls: fc.constantFrom(...backendTlsModes),
  xclient: fc.boolean(),
  identify: fc.boolean(),
  smtpAuth: fc.boolean(),
})

for (const name of protocolNames) {
  const said = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...lines[name]) },
      { weight: 1, arbitrary: fc.string({ maxLength: 30, unit: 'binary' }) },
    ),
    { minLength: 1, maxLength: 30 },
  )

  describe(name, () => {
    test('no backend’s lines make a back throw, speak out of turn, or say more than one line', () => {
      fc.assert(
        fc.property(looks, said, (look, said) => {
          for (const { step } of conversation(protocols[name].back(leg(look)), said)) {
            if (step.do === 'send') assert.match(step.bytes.toString('latin1'), /^[^\r\n\0]*\r\n$/)
          }
        }),
        { numRuns: 200 },
      )
    })

    test('a backend that never comes to an end is left after a bounded reply', () => {
      const endless = { imap: ['* OK ready', '* OK x'], pop3: ['-ERR'], smtp: ['220-mx', '220-x'] }
      const [first = '', more = first] = endless[name]
      let step = settled(
        protocols[name].back(leg({ attempt: { tag: 'a1' } })).receive(Buffer.from(first)),
      )
      let octets = 0
      while (step.do === 'wait' || step.do === 'send') {
        octets += more.length
        assert.ok(octets < 100_000)
        step = settled(step.next.receive(Buffer.from(more)))
      }
      assert.equal(step.do, 'fail')
    })

    test('a relay begins only on the backend’s word, where the backend judges', () => {
      fc.assert(
        fc.property(looks, said, (look, said) => {
          const asked = leg({ ...look, judge: 'backend' })
          for (const { line, step } of conversation(protocols[name].back(asked), said)) {
            if (step.do !== 'relay') continue
            assert.ok(step.reply.includes(line))
            if (look.attempt?.mechanism !== 'none' || name !== 'smtp') {
              assert.match(line.toString('latin1'), /^(\+OK|235|a1 OK)/)
            }
          }
        }),
        { numRuns: 200 },
      )
    })
  })
}

type Settled = Exclude<BackStep, { do: 'starttls' }>

/** What comes of each line, until one ends the dialogue. */
function* conversation(
  back: Back,
  lines: readonly string[],
): Generator<{ readonly line: Buffer; readonly step: Settled }> {
  let at = back
  for (const text of lines) {
    const line = Buffer.from(text, 'latin1')
    const step = settled(at.receive(line))
    yield { line, step }
    if (step.do !== 'send' && step.do !== 'wait') return
    at = step.next
  }
}

/** The step behind the handshakes. */
function settled(step: BackStep): Settled {
  return step.do === 'starttls' ? settled(step.then) : step
}
