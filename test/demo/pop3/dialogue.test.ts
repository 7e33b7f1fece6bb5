import type { Surroundings } from '../../../src/demo/dialogue.ts'
import { Pop3Dialogue } from '../../../src/demo/pop3/dialogue.ts'
import type { Store } from '../../../src/demo/store.ts'
import { dialogue, noon } from '../conversation.ts'

const pop3 = (around: Surroundings) => new Pop3Dialogue(around)

function twoMessages(store: Store): void {
  const inbox = store.mailbox('alice@example.com')?.inbox
  inbox?.append(Buffer.from('Subject: one\r\n\r\na\r\n.b\r\nc\r\n'), noon)
  inbox?.append(Buffer.from('Subject: two\r\n\r\nbye\r\n'), noon)
}

dialogue(
  'believes an XCLIENT and names the client that it was told',
  pop3,
  `
  S: +OK [XCLIENT] mail-0.demo ready.
  C: XCLIENT ADDR=2001:db8::5 PORT=40000 DESTADDR=192.0.2.1 DESTPORT=995 SESSION=abc TTL=6 X=y
  S: +OK Updated
  C: USER alice@example.com
  S: +OK
  C: PASS secret
  S: +OK Logged in at mail-0.demo, client 2001:db8::5.
  C: QUIT
  S: +OK Logging out.
  S: -
`,
)

dialogue(
  'refuses an XCLIENT with a bad address, port or session, or the IPV6: of SMTP',
  pop3,
  `
  S: +OK [XCLIENT] mail-0.demo ready.
  C: XCLIENT ADDR=IPV6:2001:db8::5
  S: -ERR Invalid parameters
  C: XCLIENT PORT=x
  S: -ERR Invalid parameters
  C: XCLIENT ADDR
  S: -ERR Invalid parameters
  C: XCLIENT TTL=0
  S: -ERR Invalid parameters
`,
)

dialogue(
  'logs in by SASL PLAIN with and without an initial response, and not with a wrong password',
  pop3,
  `
  S: +OK [XCLIENT] mail-0.demo ready.
  C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHdyb25n
  S: -ERR [AUTH] Authentication failed.
  C: AUTH PLAIN
  S: +
  C: not base64
  S: -ERR [AUTH] Invalid response.
  C: AUTH PLAIN
  S: +
  C: AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==
  S: +OK Logged in at mail-0.demo, client 127.0.0.1.
`,
)

dialogue(
  'lists, retrieves with dots doubled, and tells the top',
  pop3,
  `
  S: +OK [XCLIENT] mail-0.demo ready.
  C: STAT
  S: -ERR Unknown command.
  C: USER alice@example.com
  S: +OK
  C: PASS secret
  S: +OK Logged in at mail-0.demo, client 127.0.0.1.
  C: STAT
  S: +OK 2 47
  C: LIST
  S: +OK 2 messages
  S: 1 26
  S: 2 21
  S: .
  C: UIDL 2
  S: +OK 2 7.2
  C: RETR 1
  S: +OK 26 octets
  S: Subject: one
  S:
  S: a
  S: ..b
  S: c
  S: .
  C: TOP 1 1
  S: +OK 19 octets
  S: Subject: one
  S:
  S: a
  S: .
  C: RETR 3
  S: -ERR There is no such message.
`,
  twoMessages,
)

dialogue(
  'deletes at QUIT what was marked and not reset',
  pop3,
  `
  S: +OK [XCLIENT] mail-0.demo ready.
  C: USER alice@example.com
  S: +OK
  C: PASS secret
  S: +OK Logged in at mail-0.demo, client 127.0.0.1.
  C: DELE 1
  S: +OK Marked to be deleted.
  C: DELE 1
  S: -ERR There is no such message.
  C: RSET
  S: +OK
  C: DELE 2
  S: +OK Marked to be deleted.
  C: STAT
  S: +OK 1 26
  C: NOOP
  S: +OK
`,
  twoMessages,
)

dialogue(
  'says what it can do',
  pop3,
  `
  S: +OK [XCLIENT] mail-0.demo ready.
  C: CAPA
  S: +OK Capability list follows
  S: TOP
  S: UIDL
  S: USER
  S: PIPELINING
  S: RESP-CODES
  S: AUTH-RESP-CODE
  S: SASL PLAIN
  S: .
  C: AUTH
  S: +OK
  S: PLAIN
  S: .
`,
)
