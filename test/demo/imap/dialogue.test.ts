import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxErrors, type Surroundings } from '../../../src/demo/dialogue.ts'
import { ImapDialogue } from '../../../src/demo/imap/dialogue.ts'
import { demoUsers, openStore, type Store } from '../../../src/demo/store.ts'
import { conversation, dialogue, noon } from '../conversation.ts'

const imap = (around: Surroundings) => new ImapDialogue(around)
const greeting =
  '* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID IDLE AUTH=PLAIN] mail-0.demo ready.'
const loggedIn =
  'OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR ID IDLE] Logged in at mail-0.demo, client'

const mail =
  'From: "A, B" <a@b.example>\r\nTo: alice@example.com\r\nSubject: hi\r\n there\r\n\r\nbody\r\n'

function oneMessage(store: Store): void {
  store.mailbox('alice@example.com')?.inbox.append(Buffer.from(mail), noon)
}

dialogue(
  'believes the first ID that names the client, as Dovecot says it',
  imap,
  `
  S: ${greeting}
  C: a ID ("x-originating-ip" "2001:db8::5" "x-originating-port" "40000" "x-session-id" "abc")
  S: * ID ("name" "Postern demo")
  S: a OK Trusted ID completed.
  C: b ID ("x-originating-ip" "192.0.2.9")
  S: * ID ("name" "Postern demo")
  S: b OK Trusted ID completed.
  C: c LOGIN alice@example.com secret
  S: c ${loggedIn} 2001:db8::5.
  C: d ID NIL
  S: * ID ("name" "Postern demo")
  S: d OK ID completed.
  C: e LOGOUT
  S: * BYE Logging out
  S: e OK Logout completed.
  S: -
`,
)

dialogue(
  'refuses an ID with a bad address, port or session',
  imap,
  `
  S: ${greeting}
  C: a ID ("x-originating-ip" "IPV6:::1")
  S: a BAD Invalid ID parameters
  C: b ID ("X-Connected-Port" "none")
  S: b BAD Invalid ID parameters
  C: c ID ("x-proxy-ttl" "0")
  S: c BAD Invalid ID parameters
  C: d ID ("odd")
  S: d BAD Invalid ID parameters
`,
)

dialogue(
  'logs in with atoms, quoted strings, literals of both kinds, and AUTHENTICATE PLAIN',
  imap,
  `
  S: ${greeting}
  C: a LOGIN "alice@example.com" "wr\\"ong"
  S: a NO [AUTHENTICATIONFAILED] Authentication failed.
  C: b LOGIN {17}
  S: + OK
  C: alice@example.com {5+}
  C: wrong
  S: b NO [AUTHENTICATIONFAILED] Authentication failed.
  C: c AUTHENTICATE PLAIN
  S: +
  C: *
  S: c BAD Authentication cancelled.
  C: d AUTHENTICATE LOGIN
  S: d NO Unsupported authentication mechanism.
  C: e AUTHENTICATE PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==
  S: e ${loggedIn} 127.0.0.1.
  C: f LOGIN a b
  S: f BAD Already logged in.
`,
)

dialogue(
  'selects, fetches, and marks as seen only what was read',
  imap,
  `
  S: ${greeting}
  C: a SELECT INBOX
  S: a BAD Unknown command, or not allowed now.
  C: b LOGIN alice@example.com secret
  S: b ${loggedIn} 127.0.0.1.
  C: c FETCH 1 FLAGS
  S: c BAD No mailbox selected.
  C: d SELECT inbox
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted.
  S: * 1 EXISTS
  S: * 0 RECENT
  S: * OK [UNSEEN 1] First unseen.
  S: * OK [UIDVALIDITY 7] UIDs valid
  S: * OK [UIDNEXT 2] Predicted next UID
  S: d OK [READ-WRITE] Select completed.
  C: e FETCH 1:* (FLAGS UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (Subject Date)])
  S: * 1 FETCH (FLAGS () UID 1 RFC822.SIZE 80 INTERNALDATE "05-Jan-2026 12:00:00 +0000" BODY[HEADER.FIELDS (SUBJECT DATE)] {23}
  S: Subject: hi
  S:  there
  S:
  S: )
  S: e OK Fetch completed.
  C: f UID FETCH * ENVELOPE
  S: * 1 FETCH (UID 1 ENVELOPE (NIL "hi there" (("A, B" NIL "a" "b.example")) (("A, B" NIL "a" "b.example")) (("A, B" NIL "a" "b.example")) ((NIL NIL "alice" "example.com")) NIL NIL NIL NIL))
  S: f OK Fetch completed.
  C: g FETCH 1 BODY[TEXT]<1.3>
  S: * 1 FETCH (BODY[TEXT]<1> {3}
  S: ody FLAGS (\\Seen))
  S: g OK Fetch completed.
  C: h FETCH 1 BODY[2.1]
  S: h BAD Invalid arguments.
`,
  oneMessage,
)

dialogue(
  'stores flags, searches, copies and expunges',
  imap,
  `
  S: ${greeting}
  C: b LOGIN alice@example.com secret
  S: b ${loggedIn} 127.0.0.1.
  C: c EXAMINE INBOX
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS ()] Flags permitted.
  S: * 1 EXISTS
  S: * 0 RECENT
  S: * OK [UNSEEN 1] First unseen.
  S: * OK [UIDVALIDITY 7] UIDs valid
  S: * OK [UIDNEXT 2] Predicted next UID
  S: c OK [READ-ONLY] Examine completed.
  C: d STORE 1 +FLAGS (\\Deleted)
  S: d NO Read-only mailbox.
  C: e SELECT INBOX
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted.
  S: * 1 EXISTS
  S: * 0 RECENT
  S: * OK [UNSEEN 1] First unseen.
  S: * OK [UIDVALIDITY 7] UIDs valid
  S: * OK [UIDNEXT 2] Predicted next UID
  S: e OK [READ-WRITE] Select completed.
  C: f STORE 1 +FLAGS (\\deleted Custom)
  S: * 1 FETCH (FLAGS (\\Deleted Custom))
  S: f OK Store completed.
  C: g UID STORE 1 -FLAGS.SILENT Custom
  S: g OK Store completed.
  C: h SEARCH OR SUBJECT "HI" FROM nobody (NOT SEEN) SINCE 4-Jan-2026 DELETED
  S: * SEARCH 1
  S: h OK Search completed.
  C: i UID SEARCH BEFORE 5-Jan-2026
  S: * SEARCH
  S: i OK Search completed.
  C: j SEARCH COLOUR red
  S: j BAD Unknown search key.
  C: k COPY 1 Nowhere
  S: k NO [TRYCREATE] Mailbox doesn't exist.
  C: l UID COPY 1 Trash
  S: l OK Copy completed.
  C: m EXPUNGE
  S: * 1 EXPUNGE
  S: m OK Expunge completed.
  C: n STATUS Trash (MESSAGES UNSEEN UIDNEXT)
  S: * STATUS "Trash" (MESSAGES 1 UNSEEN 1 UIDNEXT 2)
  S: n OK Status completed.
  C: o LIST "" %
  S: * LIST (\\HasNoChildren) "/" "INBOX"
  S: * LIST (\\HasNoChildren \\Drafts) "/" "Drafts"
  S: * LIST (\\HasNoChildren \\Sent) "/" "Sent"
  S: * LIST (\\HasNoChildren \\Trash) "/" "Trash"
  S: o OK LIST completed.
  C: p LSUB "" S*
  S: * LSUB (\\HasNoChildren \\Sent) "/" "Sent"
  S: p OK LSUB completed.
`,
  oneMessage,
)

dialogue(
  'appends a literal and tells the session that has the folder open',
  imap,
  `
  S: ${greeting}
  C: b LOGIN alice@example.com secret
  S: b ${loggedIn} 127.0.0.1.
  C: c SELECT Sent
  S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
  S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] Flags permitted.
  S: * 0 EXISTS
  S: * 0 RECENT
  S: * OK [UIDVALIDITY 7] UIDs valid
  S: * OK [UIDNEXT 1] Predicted next UID
  S: c OK [READ-WRITE] Select completed.
  C: d APPEND Sent (\\Seen) " 1-Feb-2020 10:00:00 +0100" {6}
  S: + OK
  C: a: b
  C:
  S: * 1 EXISTS
  S: d OK Append completed.
  C: e FETCH 1 (FLAGS INTERNALDATE)
  S: * 1 FETCH (FLAGS (\\Seen) INTERNALDATE "01-Feb-2020 09:00:00 +0000")
  S: e OK Fetch completed.
  C: f CLOSE
  S: f OK Close completed.
`,
)

test('IDLE pushes EXISTS when mail arrives, until DONE', () => {
  const store = openStore(demoUsers, 7)
  const talk = conversation(imap, { store })
  const inbox = store.mailbox('alice@example.com')?.inbox
  talk.say('a LOGIN alice@example.com secret\r\nb SELECT INBOX\r\n')
  assert.equal(talk.say('c IDLE\r\n'), '+ idling\r\n')
  inbox?.append(Buffer.from(mail), noon)
  assert.equal(talk.say(''), '* 1 EXISTS\r\n')
  assert.equal(talk.say('DONE\r\n'), 'c OK Idle completed.\r\n')
  inbox?.append(Buffer.from(mail), noon)
  assert.equal(talk.say(''), '')
  assert.equal(talk.say('d NOOP\r\n'), '* 2 EXISTS\r\nd OK NOOP completed.\r\n')
})

test('messages that left are told from the end, and never while numbers count', () => {
  const store = openStore(demoUsers, 7)
  const talk = conversation(imap, { store })
  const inbox = store.mailbox('alice@example.com')?.inbox
  for (let at = 0; at < 3; at += 1) inbox?.append(Buffer.from(mail), noon)
  talk.say('a LOGIN alice@example.com secret\r\nb SELECT INBOX\r\n')
  inbox?.remove(new Set(inbox.messages.filter(({ uid }) => uid !== 2)))
  assert.equal(talk.say('c SEARCH ALL\r\n'), '* SEARCH 1 2 3\r\nc OK Search completed.\r\n')
  const gone = '* 3 EXPUNGE\r\n* 1 EXPUNGE\r\nd OK NOOP completed.\r\n'
  assert.equal(talk.say('d NOOP\r\n'), gone)
})

test('a literal that is too large is refused, and ends the session if it is already on its way', () => {
  const talk = conversation(imap)
  talk.say('')
  assert.equal(talk.say('a LOGIN {70000}\r\n'), 'a NO [TOOBIG] Too large literal.\r\n')
  assert.equal(talk.say('b APPEND INBOX {70000}\r\n'), 'b NO [TOOBIG] Too large literal.\r\n')
  assert.equal(talk.say('c LOGIN {70000+}\r\n'), '* BYE Too large literal.\r\n')
  assert.ok(talk.closed)
})

test('literals in great number, lines without end and errors without end are refused', () => {
  const talk = conversation(imap)
  assert.match(talk.say(`a LOGIN ${'{0+}\r\n'.repeat(80)}`), /\* BYE Too large literal\.\r\n$/)
  const long = conversation(imap)
  assert.match(long.say('x'.repeat(9_000)), /\* BYE Too long line\.\r\n$/)
  const wrong = conversation(imap)
  assert.match(wrong.say('a FOO\r\n'.repeat(maxErrors + 1)), /\* BYE Too many errors\.\r\n$/)
  assert.ok(talk.closed && long.closed && wrong.closed)
})
