import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Surroundings } from '../../src/demo/dialogue.ts'
import { ImapDialogue } from '../../src/demo/imap/dialogue.ts'
import { Pop3Dialogue } from '../../src/demo/pop3/dialogue.ts'
import { SmtpDialogue } from '../../src/demo/smtp/dialogue.ts'
import { conversation, type Start } from './conversation.ts'

interface Subject {
  readonly start: Start
  readonly login: string
  readonly words: readonly string[]
}

const imap =
  'a LOGIN UID FETCH STORE SEARCH 1:* (FLAGS BODY[HEADER.FIELDS (To)] {3} {3+} "x" OR NOT IDLE DONE'
const smtp =
  'EHLO MAIL FROM:<a@b> RCPT TO:<bob@example.org> DATA . AUTH PLAIN XCLIENT ADDR=::1 LOGIN=a+'
const pop3 = 'RETR TOP 1 2 DELE LIST UIDL AUTH PLAIN = XCLIENT ADDR=1 USER PASS RSET'

const subjects: ReadonlyMap<string, Subject> = new Map([
  [
    'IMAP',
    {
      start: (around: Surroundings) => new ImapDialogue(around),
      login: 'a LOGIN bob@example.org secret\r\nb SELECT INBOX\r\n',
      words: imap.split(' '),
    },
  ],
  [
    'POP3',
    {
      start: (around: Surroundings) => new Pop3Dialogue(around),
      login: 'USER bob@example.org\r\nPASS secret\r\n',
      words: pop3.split(' '),
    },
  ],
  [
    'SMTP',
    {
      start: (around: Surroundings) => new SmtpDialogue(around, 'submission', () => 'id'),
      login: 'EHLO a\r\nAUTH PLAIN AGJvYkBleGFtcGxlLm9yZwBzZWNyZXQ=\r\n',
      words: smtp.split(' '),
    },
  ],
])

for (const [name, { start, login, words }] of subjects) {
  test(`no bytes make the ${name} dialogue throw, before or after login`, () => {
    const piece = fc.oneof(
      fc.constantFrom(...words, ' ', '\r\n', '\r\n', '(', ')', '"', '\\'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.boolean(), (pieces, known) => {
        const talk = conversation(start)
        if (known) talk.say(login)
        assert.equal(typeof talk.say(`${pieces.join(' ')}\r\n`), 'string')
      }),
      { numRuns: 150 },
    )
  })
}
