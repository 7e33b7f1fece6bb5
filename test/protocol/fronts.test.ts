import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { mechanisms } from '../../src/words/mechanism.ts'
import { protocolNames } from '../../src/words/protocol-name.ts'
import { type Dialogue, dialogues, expected, segments, verdicts } from '../support/dialogue.ts'
import { cut, noise } from '../support/noise.ts'
import { Talk } from '../support/talk.ts'

const pieces = {
  imap: [
    'a1 LOGIN ',
    'a2 AUTHENTICATE PLAIN',
    'a3 NOOP',
    'a4 STARTTLS',
    '"',
    '\\',
    'alice ',
    'AGEAYg==',
  ],
  pop3: ['USER ', 'PASS ', 'AUTH PLAIN', 'AUTH LOGIN', 'APOP ', 'STLS', 'CAPA', 'AGEAYg==', 'YQ=='],
  smtp: [
    'EHLO ',
    'AUTH PLAIN ',
    'AUTH LOGIN',
    'MAIL FROM:<',
    'RCPT TO:<',
    'STARTTLS',
    'AGEAYg==',
    'YQ==',
  ],
} as const

/** A line of this many octets is the longest that these fronts take; longer ones end the session. */
const clientBuffer = 256

const lineFeed = 0x0a

const places = fc.array(fc.nat(10_000), { maxLength: 12 })
const starttls = fc.constantFrom('off', 'on', 'only')

function open(dialogue: Dialogue): Talk {
  const judged = verdicts(dialogue)
  return new Talk(dialogue, attempt => judged[attempt] ?? 'refused')
}

for (const protocol of protocolNames) {
  describe(protocol, () => {
    const all = dialogues(protocol)

    test('a dialogue is the same however it is cut', () => {
      fc.assert(
        fc.property(fc.constantFrom(...all), places, (dialogue, places) => {
          const talk = open(dialogue)
          for (const segment of segments(dialogue.script)) {
            for (const chunk of cut(segment, places)) talk.hear(chunk)
            talk.shake()
          }
          assert.deepEqual(talk.heard, expected(dialogue))
        }),
        { numRuns: 150 },
      )
    })

    test('no octets make a front throw, hold more than its buffer, or hear itself cut differently', () => {
      fc.assert(
        fc.property(noise(pieces[protocol]), places, starttls, (bytes, places, starttls) => {
          const settings = {
            serverName: 'mail.example.com',
            starttls,
            mechanisms,
            capabilities: ['X'],
            clientBuffer,
          }
          const dialogue: Dialogue = {
            protocol,
            title: '',
            settings,
            secure: false,
            salt: '<1@x>',
            script: [],
          }
          const [whole, parts] = [open(dialogue), open(dialogue)]
          whole.hear(bytes)
          for (const chunk of cut(bytes, places)) {
            parts.hear(chunk)
            assert.ok(parts.held <= clientBuffer)
          }
          assert.deepEqual(parts.heard, whole.heard)
        }),
        { numRuns: 200 },
      )
    })

    test('a line gets one answer at most, and nothing else gets any but the one that ends the session', () => {
      fc.assert(
        fc.property(noise(pieces[protocol]), bytes => {
          const [dialogue] = all
          assert.ok(dialogue)
          const talk = open(dialogue)
          for (const octet of bytes) {
            const { heard, steps } = { heard: talk.heard.length, steps: talk.steps }
            talk.hear(Buffer.from([octet]))
            assert.ok(talk.steps - steps <= 1)
            const silent = talk.heard.length === heard
            assert.ok(silent || octet === lineFeed || talk.heard.at(-1) === 'END')
          }
        }),
        { numRuns: 150 },
      )
    })
  })
}
