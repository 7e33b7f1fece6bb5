import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { envelope, talk } from '../../support/relayed-talk.ts'

const dialogues: readonly (readonly [title: string, script: string])[] = [
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

describe('what goes wrong after an SMTP login:', () => {
  for (const [title, script] of dialogues) {
    it(title, () => {
      talk(script)
    })
    it(`${title}, octet by octet`, () => {
      talk(script, {}, true)
    })
  }
})

const ends: readonly (readonly [what: string, finished: boolean, script: string])[] = [
  [
    'the answer to QUIT',
    true,
    `C: quit
     b: quit
     B: 221 2.0.0 Bye
     c: 221 2.0.0 Bye`,
  ],
  [
    'QUIT, before it is answered',
    false,
    `C: QUIT
     b: QUIT`,
  ],
  [
    'a command behind QUIT',
    false,
    `C: QUIT
     C: NOOP
     b: QUIT
     b: NOOP
     B: 221 2.0.0 Bye
     c: 221 2.0.0 Bye`,
  ],
  [
    'another command',
    false,
    `C: NOOP
     b: NOOP
     B: 250 2.0.0 Ok
     c: 250 2.0.0 Ok`,
  ],
]

describe('SMTP after the login has been finished by its client', () => {
  for (const [what, finished, script] of ends) {
    it(`${finished ? 'with' : 'not with'} ${what}`, () =>
      assert.equal(talk(script).finished, finished))
  }
})
