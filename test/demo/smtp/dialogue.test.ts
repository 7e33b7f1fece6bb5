import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxErrors, maxMessage, type Surroundings } from '../../../src/demo/dialogue.ts'
import { SmtpDialogue } from '../../../src/demo/smtp/dialogue.ts'
import { conversation, dialogue } from '../conversation.ts'

const mx = (around: Surroundings) => new SmtpDialogue(around, 'mx', () => 'id-1')
const submission = (around: Surroundings) => new SmtpDialogue(around, 'submission', () => 'id-1')

const told =
  'XCLIENT NAME=client.example ADDR=IPV6:2001:db8::5 PORT=40000 PROTO=ESMTP HELO=helo.example'

dialogue(
  'offers XCLIENT until it was spoken, greets anew after it, and takes no second',
  mx,
  `
  S: 220 mail-0.demo ESMTP Postern demo
  C: EHLO front.example
  S: 250-mail-0.demo
  S: 250-PIPELINING
  S: 250-SIZE 26214400
  S: 250-8BITMIME
  S: 250-SMTPUTF8
  S: 250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT
  S: 250-ENHANCEDSTATUSCODES
  S: 250 DSN
  C: ${told}
  S: 220 mail-0.demo ESMTP Postern demo
  C: MAIL FROM:<>
  S: 503 5.5.1 Error: send HELO/EHLO first
  C: EHLO helo.example
  S: 250-mail-0.demo
  S: 250-PIPELINING
  S: 250-SIZE 26214400
  S: 250-8BITMIME
  S: 250-SMTPUTF8
  S: 250-ENHANCEDSTATUSCODES
  S: 250 DSN
  C: ${told}
  S: 550 5.7.0 Error: insufficient authorization
`,
)

dialogue(
  'refuses XCLIENT attributes that it does not know or cannot read',
  mx,
  `
  S: 220 mail-0.demo ESMTP Postern demo
  C: XCLIENT FOO=bar
  S: 501 5.5.4 Bad XCLIENT attribute name: FOO=bar
  C: XCLIENT ADDR=2001:db8::5
  S: 501 5.5.4 Bad XCLIENT ADDR syntax: ADDR=2001:db8::5
  C: XCLIENT LOGIN=a+4
  S: 501 5.5.4 Bad XCLIENT LOGIN syntax: LOGIN=a+4
  C: XCLIENT
  S: 501 5.5.4 Syntax: XCLIENT attribute=value...
`,
)

dialogue(
  'takes mail at the MX port for its own mailboxes only',
  mx,
  `
  S: 220 mail-0.demo ESMTP Postern demo
  C: HELO client.example
  S: 250 mail-0.demo
  C: RCPT TO:<alice@example.com>
  S: 503 5.5.1 Error: need MAIL command
  C: MAIL FROM:<a@b.example> SIZE=1 BODY=8BITMIME
  S: 250 2.1.0 Ok
  C: DATA
  S: 554 5.5.1 Error: no valid recipients
  C: RCPT TO:<carol@example.net>
  S: 550 5.1.1 Recipient address rejected: no such mailbox in the demo
  C: RCPT TO:<Alice@Example.com> NOTIFY=NEVER
  S: 250 2.1.5 Ok
  C: DATA
  S: 354 End data with <CR><LF>.<CR><LF>
  C: Subject: hi
  C:
  C: ..dot
  C: .
  S: 250 2.0.0 Ok: queued as id-1
  C: RSET
  S: 250 2.0.0 Ok
  C: NOOP
  S: 250 2.0.0 Ok
  C: VRFY alice
  S: 252 2.0.0 Send some mail and see
  C: STARTTLS
  S: 500 5.5.2 Error: command not recognized
  C: QUIT
  S: 221 2.0.0 Bye
  S: -
`,
)

dialogue(
  'wants a login at the submission port before MAIL',
  submission,
  `
  S: 220 mail-0.demo ESMTP Postern demo
  C: HELO client.example
  S: 250 mail-0.demo
  C: MAIL FROM:<alice@example.com>
  S: 530 5.7.0 Authentication required
  C: AUTH LOGIN
  S: 334 VXNlcm5hbWU6
  C: YWxpY2VAZXhhbXBsZS5jb20=
  S: 334 UGFzc3dvcmQ6
  C: d3Jvbmc=
  S: 535 5.7.8 Error: authentication failed
  C: AUTH PLAIN
  S: 334
  C: *
  S: 501 5.7.0 Authentication aborted
  C: AUTH CRAM-MD5
  S: 535 5.7.8 Error: authentication failed: no such mechanism
  C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==
  S: 235 2.7.0 Authentication successful
  C: AUTH PLAIN AGFsaWNlQGV4YW1wbGUuY29tAHNlY3JldA==
  S: 503 5.5.1 Error: already authenticated
  C: MAIL FROM:<alice@example.com>
  S: 250 2.1.0 Ok
`,
)

/** Takes one message in the way of the arguments and gives what lies in alice's mailbox. */
function delivered(start: typeof mx, before: string, content: string): string | undefined {
  const talk = conversation(start)
  const envelope = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n'
  talk.say(`${before}${envelope}${content}`)
  return talk.store.mailbox('alice@example.com')?.inbox.messages[0]?.bytes.toString('latin1')
}

test('the Received line shows the client, its HELO name and the login that XCLIENT told', () => {
  const xclient = `${told} LOGIN=alice+40example.com\r\nEHLO client.example\r\n`
  assert.equal(
    delivered(submission, `EHLO front.example\r\n${xclient}`, 'Subject: hi\r\n\r\n..x\r\n.\r\n'),
    [
      'Return-Path: <a@b.example>',
      'Received: from client.example (client.example [IPv6:2001:db8::5])',
      '\t(Authenticated sender: alice@example.com)',
      '\tby mail-0.demo (Postern demo) with ESMTPA id id-1',
      '\tfor <alice@example.com>; Mon, 05 Jan 2026 12:00:00 +0000',
      'Subject: hi',
      '',
      '.x',
      '',
    ].join('\r\n'),
  )
})

test('the Received line shows the peer where nobody spoke XCLIENT, and nothing can be forged in it', () => {
  const lines = delivered(mx, 'HELO a)\r\0 \\b(\r\n', '.\r\n')?.split('\r\n')
  assert.equal(lines?.[1], 'Received: from a??? ?b? (unknown [127.0.0.1])')
})

test('a body ends at CRLF.CRLF and nowhere else', () => {
  for (const smuggled of ['\n.\n', '\r\n.\n', '\n.\r\n', '\r.\r\n']) {
    const text = delivered(mx, 'EHLO a\r\n', `x${smuggled}QUIT\r\n.\r\n`)
    assert.match(text ?? '', /QUIT/, JSON.stringify(smuggled))
  }
})

test('a message above the announced size is refused at its end and not held', () => {
  const talk = conversation(mx)
  talk.say('EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n')
  const line = `${'x'.repeat(1_000_000)}\r\n`
  for (let at = 0; at <= maxMessage; at += line.length) assert.equal(talk.say(line), '')
  assert.equal(talk.say('.\r\n'), '552 5.3.4 Error: message exceeds the size limit\r\n')
  assert.equal(talk.store.mailbox('alice@example.com')?.inbox.messages.length, 0)
  assert.match(talk.say(`MAIL FROM:<> SIZE=${maxMessage + 1}\r\n`), /^552 /)
})

test('a client that errs too often, or sends a line without end, is sent away', () => {
  const talk = conversation(mx)
  assert.match(talk.say('FOO\r\n'.repeat(maxErrors + 1)), /421 4\.7\.0 Error: too many errors\r\n$/)
  assert.ok(talk.closed)
  const other = conversation(mx)
  assert.match(other.say('x'.repeat(20_000)), /500 5\.5\.2 Error: line too long\r\n$/)
  assert.ok(other.closed)
})

test('more recipients than a transaction takes are told to come again', () => {
  const talk = conversation(mx)
  talk.say('EHLO a\r\nMAIL FROM:<>\r\n')
  const answers = talk.say('RCPT TO:<alice@example.com>\r\n'.repeat(101)).split('\r\n')
  assert.equal(answers[99], '250 2.1.5 Ok')
  assert.equal(answers[100], '452 4.5.3 Error: too many recipients')
})
