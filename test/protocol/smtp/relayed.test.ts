import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mostOwed, mostRefused, RelayedSmtp } from '../../../src/protocol/smtp/relayed.ts'
import { maxCommand, maxEnvelope } from '../../../src/protocol/smtp/relayed-command.ts'
import { maxHello, maxReplyLine } from '../../../src/protocol/smtp/relayed-replies.ts'
import { envelope, type Setting, talk } from '../../support/relayed-talk.ts'

const spellings = [
  'XCLIENT ADDR=192.0.2.1',
  'xClIeNt ADDR=192.0.2.1',
  ' XCLIENT ADDR=192.0.2.1',
  '\tXCLIENT ADDR=192.0.2.1',
  '\vXCLIENT ADDR=192.0.2.1',
  '\rXCLIENT ADDR=192.0.2.1',
  '\r\r\rXCLIENT ADDR=192.0.2.1',
  '\0XCLIENT ADDR=192.0.2.1',
  '\xa0XCLIENT ADDR=192.0.2.1',
  'XCLIENT\0 ADDR=192.0.2.1',
  'XCLIENT\tADDR=192.0.2.1',
  'XCLIENT\0',
  'XCLIENT',
  'XCLIENT:ADDR=192.0.2.1',
  'NOOP\rXCLIENT ADDR=192.0.2.1',
  'NOOP \0XCLIENT ADDR=192.0.2.1',
  'NOOP \x7f',
  'XFORWARD NAME=a',
  'XPROXY TCP4 a b 1 2',
  'X-ANONYMOUSTLS',
  'XEXCH50 10 2',
  'StartTLS',
  ' STARTTLS',
  'STARTTLS\0',
  'STARTTLS now',
  'AUTH PLAIN AAAA',
  'auth login',
  'AUTH\tPLAIN',
  '',
  '.',
  '*',
  'AAAA=',
  `NOOP ${' '.repeat(4_091)}XCLIENT ADDR=192.0.2.1`,
  `NOOP ${'x'.repeat(maxCommand)}`,
  `MAIL FROM:<${'a'.repeat(maxEnvelope)}>`,
]

describe('SMTP after the login never passes on', () => {
  for (const line of spellings) {
    for (const end of ['\r\n', '\n']) {
      const shown = line.length < 60 ? line : `${line.slice(0, 20)} (${line.length})`
      it(`${JSON.stringify(shown + end)}`, () => {
        const tracker = new RelayedSmtp({ capabilities: undefined, transaction: false })
        const { toBackend, toClient } = tracker.client(Buffer.from(line + end, 'latin1'))
        assert.deepEqual(toBackend, [])
        assert.match(Buffer.concat(toClient).toString(), /^5\d\d 5\.\d\.\d [^\r\n]+\r\n$/)
      })
    }
  }
})

describe('SMTP after the login holds', () => {
  const session = () => new RelayedSmtp({ capabilities: undefined, transaction: false })

  it('lines of the longest allowed, and passes them', () => {
    for (const [verb, most] of [
      ['NOOP', maxCommand],
      ['RCPT', maxEnvelope],
    ] as const) {
      const line = Buffer.from(`${verb} ${'x'.repeat(most - 5)}\r\n`)
      assert.equal(Buffer.concat(session().client(line).toBackend).compare(line), 0)
    }
  })

  it('no line that does not end: its rest is dropped up to its end', () => {
    const tracker = session()
    const first = tracker.client(Buffer.from('x'.repeat(maxEnvelope + 2)))
    assert.equal(Buffer.concat(first.toClient).toString(), '500 5.5.2 Line too long\r\n')
    for (let i = 0; i < 100; i++) {
      const { toClient, toBackend } = tracker.client(Buffer.alloc(10_000, 'XCLIENT '))
      assert.deepEqual([toClient, toBackend], [[], []])
    }
    const last = tracker.client(Buffer.from('XCLIENT a\r\nNOOP\r\n'))
    assert.equal(Buffer.concat(last.toBackend).toString(), 'NOOP\r\n')
  })

  it('so many replies that are owed, and reads no further until they came', () => {
    const tracker = session()
    const { toBackend } = tracker.client(Buffer.from('NOOP\r\n'.repeat(2 * mostOwed)))
    assert.equal(Buffer.concat(toBackend).length, 6 * mostOwed)
    const more = tracker.client(Buffer.from('NOOP\r\n'.repeat(2 * mostOwed)))
    assert.deepEqual(more.toBackend, [])
    assert.ok(tracker.waiting)
    const { toBackend: next } = tracker.backend(Buffer.from('250 ok\r\n'))
    assert.equal(Buffer.concat(next).length, 6)
  })

  it('what waits for an answer, and asks not to be given more', () => {
    const tracker = session()
    assert.equal(tracker.waiting, false)
    tracker.client(Buffer.from('DATA\r\nbody\r\n'))
    assert.equal(tracker.waiting, true)
    tracker.backend(Buffer.from('354 go\r\n'))
    assert.equal(tracker.waiting, false)
  })

  it('its patience with commands that are refused, and answers the last', () => {
    const tracker = session()
    const { toClient, over } = tracker.client(Buffer.from('\r\n'.repeat(30_000)))
    const lines = Buffer.concat(toClient).toString().split('\r\n')
    assert.equal(lines.length, mostRefused + 2)
    assert.equal(lines.at(-2), '421 4.7.0 Too many refused commands')
    assert.equal(over, 'too many refused commands')
  })

  it('back the last word until what is owed was said', () => {
    const tracker = session()
    const asked = tracker.client(Buffer.from(`NOOP\r\n${'\r\n'.repeat(mostRefused)}NOOP\r\n`))
    assert.deepEqual([asked.toClient, asked.over], [[], undefined])
    assert.equal(Buffer.concat(asked.toBackend).toString(), 'NOOP\r\n')
    const { toClient, over } = tracker.backend(Buffer.from('250 ok\r\n'))
    const lines = Buffer.concat(toClient).toString().split('\r\n')
    assert.deepEqual(
      [lines[0], lines.length, over],
      ['250 ok', mostRefused + 3, 'too many refused commands'],
    )
  })

  it('no reply of a backend that does not come to an end', () => {
    for (const [command, reply] of [
      ['NOOP', `250 ${'x'.repeat(maxReplyLine)}`],
      ['EHLO a', `250-${'x'.repeat(1_000)}\r\n`.repeat(Math.ceil(maxHello / 1_000))],
      ['EHLO a', '250-x\r\n'.repeat(1_000)],
    ] as const) {
      const tracker = session()
      tracker.client(Buffer.from(`${command}\r\n`))
      const { toClient, over } = tracker.backend(Buffer.from(reply))
      assert.equal(over, 'reply out of turn')
      assert.equal(Buffer.concat(toClient).toString(), '421 4.3.0 Mail server error\r\n')
    }
  })
})

describe('SMTP after the login is idle', () => {
  const rows: readonly (readonly [title: string, script: string, idle: boolean, Setting?])[] = [
    ['at once', '', true],
    ['not when the login was a recipient', '', false, { transaction: true }],
    ['not before a command is answered', 'C: NOOP\nb: NOOP', false],
    ['not amid a line', 'C: NO\\', false],
    ['not amid a reply', 'C: NOOP\nb: NOOP\nB: 250-ok\nc: 250-ok', false],
    ['once a command is answered', 'C: NOOP\nb: NOOP\nB: 250 ok\nc: 250 ok', true],
    ['not after MAIL', 'C: MAIL a\nb: MAIL a\nB: 250 ok\nc: 250 ok', false],
    ['after a refused MAIL', 'C: MAIL a\nb: MAIL a\nB: 550 no\nc: 550 no', true],
    ['not in a body', envelope, false],
    ['not before the answer to a body', `${envelope}\nC: .\nb: .`, false],
    ['after a message', `${envelope}\nC: .\nb: .\nB: 250 ok\nc: 250 ok`, true],
    ['after a refused message', `${envelope}\nC: .\nb: .\nB: 554 no\nc: 554 no`, true],
    [
      'after RSET',
      'C: MAIL a\nb: MAIL a\nB: 250 ok\nc: 250 ok\nC: RSET\nb: RSET\nB: 250 ok\nc: 250 ok',
      true,
    ],
  ]
  for (const [title, script, idle, setting] of rows) {
    it(title, () => assert.equal(talk(script, setting).idle, idle))
  }
})
