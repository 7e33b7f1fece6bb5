import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mostOwed, mostRefused, RelayedSmtp } from '../../../src/protocol/smtp/relayed.ts'
import { maxCommand, maxEnvelope } from '../../../src/protocol/smtp/relayed-command.ts'
import { maxHello, maxReplyLine } from '../../../src/protocol/smtp/relayed-replies.ts'
import { type Setting, talk } from '../../support/relayed-talk.ts'

type Row = readonly [title: string, script: string, setting?: Setting]

const envelope = `
  C: MAIL FROM:<a@example.org>
  b: MAIL FROM:<a@example.org>
  B: 250 2.1.0 Ok
  c: 250 2.1.0 Ok
  C: RCPT TO:<b@example.com>
  b: RCPT TO:<b@example.com>
  B: 250 2.1.5 Ok
  c: 250 2.1.5 Ok
  C: DATA
  b: DATA
  B: 354 End data with <CR><LF>.<CR><LF>
  c: 354 End data with <CR><LF>.<CR><LF>`

const dialogues: readonly Row[] = [
  [
    'a message, another, and QUIT',
    `${envelope}
     C: Subject: one
     C: \\
     C:
     C: Hello
     C: .
     b: Subject: one
     b:
     b: Hello
     b: .
     B: 250 2.0.0 queued
     c: 250 2.0.0 queued
     ${envelope}
     C: two
     C: .
     b: two
     b: .
     B: 452 4.3.1 full
     c: 452 4.3.1 full
     C: QUIT
     b: QUIT
     B: 221 2.0.0 Bye
     c: 221 2.0.0 Bye`,
  ],
  [
    'a message that is pipelined up to DATA',
    `C: MAIL FROM:<a@example.org>
     C: RCPT TO:<b@example.com>
     C: RCPT TO:<c@example.com>
     C: DATA
     b: MAIL FROM:<a@example.org>
     b: RCPT TO:<b@example.com>
     b: RCPT TO:<c@example.com>
     b: DATA
     B: 250 1
     B: 550 2
     B: 250 3
     B: 354 4
     c: 250 1
     c: 550 2
     c: 250 3
     c: 354 4
     C: body
     C: .
     C: NOOP
     b: body
     b: .
     b: NOOP
     B: 250 5
     B: 250 6
     c: 250 5
     c: 250 6`,
  ],
  [
    'what is behind DATA waits for 354 and is then the body',
    `C: DATA
     C: XCLIENT ADDR=192.0.2.1
     C: .
     C: NOOP
     b: DATA
     B: 354 go
     c: 354 go
     b: XCLIENT ADDR=192.0.2.1
     b: .
     b: NOOP
     B: 250 queued
     B: 250 ok
     c: 250 queued
     c: 250 ok`,
  ],
  [
    'what is behind a refused DATA are commands',
    `C: DATA
     C: XCLIENT ADDR=192.0.2.1
     C: .
     C: NOOP
     b: DATA
     B: 503 5.5.1 need RCPT
     c: 503 5.5.1 need RCPT
     c: 550 5.7.0 Not permitted
     c: 500 5.5.2 Malformed command
     b: NOOP
     B: 250 ok
     c: 250 ok`,
  ],
  [
    'our answers stand between those of the backend',
    `C: NOOP 1
     C: XCLIENT ADDR=192.0.2.1
     C: NOOP 2
     C: STARTTLS
     C: auth PLAIN AAAA
     C: NOOP 3
     b: NOOP 1
     b: NOOP 2
     b: NOOP 3
     B: 250-1
     B: 250 1
     c: 250-1
     c: 250 1
     c: 550 5.7.0 Not permitted
     B: 250 2
     c: 250 2
     c: 502 5.5.1 Command not available
     c: 503 5.5.1 Already authenticated
     B: 250 3
     c: 250 3`,
  ],
  [
    'RSET, HELP, VRFY, EXPN and what we do not know pass',
    `C: RSET
     C: HELP
     C: VRFY a
     C: EXPN b
     C: ETRN example.com
     C: frob-1 \xc3\xa9
     b: RSET
     b: HELP
     b: VRFY a
     b: EXPN b
     b: ETRN example.com
     b: frob-1 \xc3\xa9
     B: 250 1
     B: 214-2
     B: 214-help
     B: 214 2
     c: 250 1
     c: 214-2
     c: 214-help
     c: 214 2
     B: 252 3
     B: 550 4
     B: 250 5
     B: 500 6
     c: 252 3
     c: 550 4
     c: 250 5
     c: 500 6`,
  ],
  [
    'lines that end with a bare LF are passed on with CRLF',
    `C: NOOP 1\\n\\
     C: NOOP 2\\n\\
     b: NOOP 1
     b: NOOP 2
     B: 250 1
     B: 250 2
     c: 250 1
     c: 250 2`,
  ],
  [
    "the reply to a client's EHLO is filtered",
    `C: EHLO client.example
     C: NOOP
     b: EHLO client.example
     B: 250-mail.example.com
     B: 250-PIPELINING
     B: 250-AUTH PLAIN LOGIN
     B: 250-AUTH=PLAIN
     B: 250-starttls
     B: 250-XFORWARD NAME ADDR
     B: 250-8BITMIME
     B: 250 XCLIENT NAME ADDR
     c: 250-mail.example.com
     c: 250-PIPELINING
     c: 250 8BITMIME
     b: NOOP
     B: 250 ok
     c: 250 ok`,
  ],
  [
    'an EHLO of which nothing is left, and one that is refused',
    `C: EHLO a
     b: EHLO a
     B: 250-mail.example.com
     B: 250 STARTTLS
     c: 250 mail.example.com
     C: EHLO b
     b: EHLO b
     B: 550-AUTH
     B: 550 no
     c: 550-AUTH
     c: 550 no`,
  ],
  [
    'LMTP is not spoken',
    `C: LHLO a
     c: 502 5.5.1 Command not available`,
  ],
  [
    'a backend that answers a body for each recipient is left after the first answer',
    `${envelope}
     C: .
     b: .
     B: 250 first
     B: 450 second
     c: 250 first
     c: 450 second
     over`,
  ],
  [
    'an error that nobody asked for is told, and the session ends',
    `B: 421 4.4.2 timeout
     c: 421 4.4.2 timeout
     over`,
  ],
  [
    'another reply that nobody asked for is not told',
    `B: 250 surprise
     c: 421 4.3.0 Mail server error
     over`,
  ],
  [
    'a 421 in a transaction is the answer, and what follows is told or lost',
    `C: MAIL FROM:<a@example.org>
     C: RCPT TO:<b@example.com>
     b: MAIL FROM:<a@example.org>
     b: RCPT TO:<b@example.com>
     B: 421 4.3.2 leaving
     c: 421 4.3.2 leaving
     END
     c: 421 4.4.2 Connection to the mail server was lost
     over`,
  ],
  [
    'a backend that answers in the middle of a body has seen another end',
    `${envelope}
     C: body
     b: body
     B: 250 queued
     c: 421 4.3.0 Mail server error
     over`,
  ],
  [
    'a backend that refuses in the middle of a body',
    `${envelope}
     C: body
     b: body
     B: 552 too much
     c: 552 too much
     over`,
  ],
  [
    'a backend that ends in the middle of a body',
    `${envelope}
     C: body
     b: body
     END
     c: 421 4.4.2 Connection to the mail server was lost
     over`,
  ],
  [
    'a backend that ends between the end of a body and its answer',
    `${envelope}
     C: .
     b: .
     END
     c: 421 4.4.2 Connection to the mail server was lost
     over`,
  ],
  ['a backend that ends while nothing is owed', 'END'],
  [
    'an ambiguous end of a body',
    `${envelope}
     C: one
     C: \\n.\\r\\nMAIL FROM:<x@example.org>
     b: one
     b: \\n\\
     c: 550 5.5.2 Bare CR, LF or NUL beside a dot
     over`,
  ],
  [
    'a body with octets of all kinds and very long lines',
    `${envelope}
     C: ${'\\xff\\x80'.repeat(3_000)}\\n\\n\\0x\\ry
     C: ..
     C: .
     b: ${'\\xff\\x80'.repeat(3_000)}\\n\\n\\0x\\ry
     b: ..
     b: .
     B: 250 ok
     c: 250 ok`,
  ],
  [
    'content that a command other than DATA asks for',
    `C: XTEXT
     C: BURL imap://example.com
     c: 550 5.7.0 Not permitted
     b: BURL imap://example.com
     B: 354 go
     c: 354 go
     c: 421 4.3.0 Mail server error
     over`,
  ],
  [
    'replies that are none',
    `C: NOOP
     b: NOOP
     B: hello
     c: 421 4.3.0 Mail server error
     over`,
  ],
  [
    'replies with a code that there is not',
    `C: NOOP
     b: NOOP
     B: 150 hello
     c: 421 4.3.0 Mail server error
     over`,
  ],
]

describe('SMTP after the login carries', () => {
  for (const [title, script, setting] of dialogues) {
    it(title, () => {
      talk(script, setting)
    })
    it(`${title}, octet by octet`, () => {
      talk(script, setting, true)
    })
  }
})

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
