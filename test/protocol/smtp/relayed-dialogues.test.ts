import { describe, it } from 'node:test'
import { envelope, talk } from '../../support/relayed-talk.ts'

const dialogues: readonly (readonly [title: string, script: string])[] = [
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
]

describe('SMTP after the login carries', () => {
  for (const [title, script] of dialogues) {
    it(title, () => {
      talk(script)
    })
    it(`${title}, octet by octet`, () => {
      talk(script, {}, true)
    })
  }
})
