import assert from 'node:assert/strict'
import { test } from 'node:test'
import { smtp } from '../../../src/protocol/smtp/smtp.ts'
import { flush, type LegLook, leg, play } from '../../support/leg.ts'

const greeted = { verb: 'EHLO', name: 'client.example' } as const
const mx: LegLook['attempt'] = {
  mechanism: 'none',
  greeted,
  mail: Buffer.from('MAIL FROM:<a@b>  SIZE=10'),
  rcpt: Buffer.from('RCPT TO:<c@d>'),
}
const postfix = 'XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT'

const rows: readonly (readonly [string, LegLook, string])[] = [
  [
    'submission: logs in with AUTH PLAIN, and the backend’s 235 is the client’s',
    { xclient: false },
    `B: 220 mx ESMTP
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-size 1000
     B: 250 AUTH LOGIN PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 2.7.0 Welcome
     relay
     > 235 2.7.0 Welcome
     off, in clear
     SIZE 1000, AUTH LOGIN PLAIN`,
  ],
  [
    'submission: tells Postfix the client but never the login that it has yet to judge',
    {
      attempt: { greeted },
      client: { dialled: { address: '192.0.2.10', port: 587 }, name: 'client.example' },
    },
    `B: 220 mx ESMTP
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-${postfix}
     B: 250 AUTH PLAIN
     P: XCLIENT PROTO=ESMTP HELO=client.example DESTADDR=192.0.2.10 DESTPORT=587 ADDR=198.51.100.7 PORT=40000 NAME=client.example
     B: 220 mx ESMTP
     P: EHLO client.example
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 535-5.7.8 no
     B: 535 5.7.8 such user
     refused
     > 535-5.7.8 no
     > 535 5.7.8 such user
     believed, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: goes on untold where XCLIENT is not offered, since the login is the client’s own',
    { attempt: { greeted } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     P: EHLO client.example
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 ok
     relay
     > 235 ok
     not-offered, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: says EHLO for a client that never greeted, as AUTH needs it after XCLIENT',
    { client: { name: '[TEMPUNAVAIL]', address: '2001:db8::5', publicPort: 587 } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-${postfix}
     B: 250 AUTH PLAIN
     P: XCLIENT DESTPORT=587 ADDR=IPV6:2001:db8::5 PORT=40000 NAME=[TEMPUNAVAIL]
     B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 ok
     relay
     > 235 ok
     believed, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: says EHLO for a client that said HELO, as AUTH needs it',
    { attempt: { greeted: { verb: 'HELO', name: 'old.example' } }, client: { publicPort: 587 } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-${postfix}
     B: 250 AUTH PLAIN
     P: XCLIENT PROTO=SMTP HELO=old.example DESTPORT=587 ADDR=198.51.100.7 PORT=40000 NAME=[UNAVAILABLE]
     B: 220 mx
     P: EHLO old.example
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 ok
     relay
     > 235 ok
     believed, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: uses AUTH LOGIN where the backend offers nothing else',
    { xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH=LOGIN
     P: AUTH LOGIN
     B: 334 VXNlcm5hbWU6
     P: YWxpY2U=
     B: 334 UGFzc3dvcmQ6
     P: c2VjcmV0
     B: 235 ok
     relay
     > 235 ok
     off, in clear
     AUTH=LOGIN`,
  ],
  [
    'submission: sends a long response behind the challenge, as a command line holds 512 octets',
    { xclient: false, password: 'x'.repeat(400) },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN
     B: 334
     P: ${Buffer.from(`\0alice\0${'x'.repeat(400)}`).toString('base64')}
     B: 235 ok
     relay
     > 235 ok
     off, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: a backend that offers no AUTH, or an empty list, is set up wrongly, not the password',
    { xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-AUTH 
     B: 250 BURL imap
     fail config: the backend offers neither AUTH PLAIN nor AUTH LOGIN
     off, in clear
     AUTH, BURL imap`,
  ],
  [
    'submission: 4xx to AUTH is no verdict on the login',
    { xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 454 4.7.0 Temporary authentication failure
     fail unavailable: the backend cannot judge a login now
     > 454 4.7.0 Temporary authentication failure
     off, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: neither is a reply that AUTH is not to be had in clear',
    { xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 538 5.7.11 Encryption required
     fail config: the backend takes no AUTH from us
     > 538 5.7.11 Encryption required
     off, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: STARTTLS comes before everything else, and EHLO once more behind it',
    { tls: 'starttls', xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 STARTTLS
     P: STARTTLS
     B: 220 go ahead
     TLS
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 ok
     relay
     > 235 ok
     off, secure
     AUTH PLAIN`,
  ],
  [
    'submission: fails where STARTTLS is required and not offered',
    { tls: 'starttls', xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 AUTH PLAIN
     fail tls: the backend does not offer STARTTLS
     off, in clear
     AUTH PLAIN`,
  ],
  [
    'submission: goes on in clear where STARTTLS is optional and refused',
    { tls: 'auto', xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-AUTH PLAIN
     B: 250 STARTTLS
     P: STARTTLS
     B: 454 4.7.0 TLS not available
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 ok
     relay
     > 235 ok
     off, in clear
     AUTH PLAIN, STARTTLS`,
  ],
  [
    'auth_http: asserts the verified user in LOGIN, as xtext, and answers with nginx’s 235',
    {
      judge: 'edge',
      login: 'al+ice b=',
      password: undefined,
      attempt: { greeted },
      client: { publicPort: 587 },
    },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 ${postfix}
     P: XCLIENT PROTO=ESMTP HELO=client.example DESTPORT=587 ADDR=198.51.100.7 PORT=40000 LOGIN=al+2Bice+20b+3D NAME=[UNAVAILABLE]
     B: 220 mx
     P: EHLO client.example
     B: 250 mx
     relay
     > 235 2.0.0 OK
     believed, in clear
     `,
  ],
  [
    'auth_http: tells a backend that lists no XCLIENT what nginx tells, and goes on if it is taken',
    { judge: 'edge', client: { address: '2001:db8::5' } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=IPV6:2001:db8::5 LOGIN=alice NAME=[UNAVAILABLE]
     B: 250 ok
     relay
     > 235 2.0.0 OK
     believed, in clear
     `,
  ],
  [
    'auth_http: fails where a backend lists no XCLIENT and does not take it',
    { judge: 'edge' },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=198.51.100.7 LOGIN=alice NAME=[UNAVAILABLE]
     B: 550 5.7.14 You are not from trusted IP
     fail identity: the backend refused XCLIENT
     > 550 5.7.14 You are not from trusted IP
     refused, in clear
     `,
  ],
  [
    'auth_http: with proxy_smtp_auth it logs in and says no LOGIN, and 235 is nginx’s own',
    { judge: 'edge', smtpAuth: true, attempt: { greeted }, client: { publicPort: 587 } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 ${postfix}
     P: XCLIENT PROTO=ESMTP HELO=client.example DESTPORT=587 ADDR=198.51.100.7 PORT=40000 NAME=[UNAVAILABLE]
     B: 220 mx
     P: EHLO client.example
     B: 250 mx
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 2.7.0 Welcome
     relay
     > 235 2.0.0 OK
     believed, in clear
     `,
  ],
  [
    'auth_http: without xclient and EHLO it says HELO, and the client’s name to nobody',
    { judge: 'edge', xclient: false, attempt: { greeted: { verb: 'HELO', name: 'old' } } },
    `B: 220 mx
     P: HELO mail.example.com
     B: 250 mx
     relay
     > 235 2.0.0 OK
     off, in clear`,
  ],
  [
    'auth_http: logs in to Dovecot’s submission, which takes no LOGIN for a login',
    { judge: 'edge', attempt: { greeted: { verb: 'HELO', name: 'old.example' } } },
    `B: 220 dovecot
     P: EHLO mail.example.com
     B: 250-dovecot
     B: 250-AUTH PLAIN
     B: 250 XCLIENT ADDR PORT PROTO HELO LOGIN SESSION CLIENT-TRANSPORT TTL TIMEOUT DESTNAME FORWARD
     P: XCLIENT PROTO=SMTP HELO=old.example SESSION=abc123 TTL=6 CLIENT-TRANSPORT=TLS ADDR=198.51.100.7 PORT=40000
     B: 220 dovecot
     P: EHLO old.example
     B: 250-dovecot
     B: 250 AUTH PLAIN
     P: AUTH PLAIN AGFsaWNlAHNlY3JldA==
     B: 235 ok
     relay
     > 235 2.0.0 OK
     believed, in clear
     AUTH PLAIN`,
  ],
  [
    'mx: the client is told, greets, and its envelope goes on as it came',
    { judge: 'edge', attempt: mx, client: { publicPort: 25 } },
    `B: 220-mx
     B: 220 ESMTP
     P: EHLO mail.example.com
     B: 250-mx
     B: 250-PIPELINING
     B: 250 ${postfix}
     P: XCLIENT PROTO=ESMTP HELO=client.example DESTPORT=25 ADDR=198.51.100.7 PORT=40000 NAME=[UNAVAILABLE]
     B: 220 mx ESMTP
     P: EHLO client.example
     B: 250-mx
     B: 250 8BITMIME
     P: MAIL FROM:<a@b>  SIZE=10
     B: 250 2.1.0 Ok
     P: RCPT TO:<c@d>
     B: 450-4.2.0
     B: 450 4.2.0 Greylisted
     relay
     > 450-4.2.0
     > 450 4.2.0 Greylisted
     believed, in clear
     8BITMIME`,
  ],
  [
    'mx: fails closed where XCLIENT is not to be had',
    { judge: 'edge', attempt: mx },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=198.51.100.7 NAME=[UNAVAILABLE]
     B: 550 5.7.0 Error: insufficient authorization
     fail identity: the backend refused XCLIENT
     > 550 5.7.0 Error: insufficient authorization
     refused, in clear
     `,
  ],
  [
    'mx: fails closed where the backend does not know the command',
    { judge: 'backend', attempt: mx },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=198.51.100.7 NAME=[UNAVAILABLE]
     B: 502 5.5.1 not implemented
     fail identity: the backend refused XCLIENT
     > 502 5.5.1 not implemented
     refused, in clear
     `,
  ],
  [
    'mx: any other refusal of XCLIENT is the backend’s verdict on the client',
    { judge: 'edge', attempt: mx, client: { publicPort: 25 } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 ${postfix}
     P: XCLIENT PROTO=ESMTP HELO=client.example DESTPORT=25 ADDR=198.51.100.7 PORT=40000 NAME=[UNAVAILABLE]
     B: 450 4.7.25 Client host rejected: cannot find your hostname
     refused
     > 450 4.7.25 Client host rejected: cannot find your hostname
     believed, in clear
     ${postfix}`,
  ],
  [
    'mx: so is a refusal of the client’s own name',
    { judge: 'edge', attempt: mx, client: { publicPort: 25 } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: 250 ${postfix}
     P: XCLIENT PROTO=ESMTP HELO=client.example DESTPORT=25 ADDR=198.51.100.7 PORT=40000 NAME=[UNAVAILABLE]
     B: 220 mx
     P: EHLO client.example
     B: 550 5.7.1 that is my name
     refused
     > 550 5.7.1 that is my name
     believed, in clear
     ${postfix}`,
  ],
  [
    'mx: a refused MAIL is the backend’s verdict as well',
    { judge: 'edge', attempt: mx, xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: MAIL FROM:<a@b>  SIZE=10
     B: 552 5.3.4 Message too big
     refused
     > 552 5.3.4 Message too big
     off, in clear
     `,
  ],
  [
    'a backend that is busy can be tried elsewhere',
    {},
    `B: 421 4.3.2 too many connections
     fail unavailable: the backend greeted with an error
     > 421 4.3.2 too many connections
     not-offered, in clear`,
  ],
  [
    'what is no reply ends the dialogue',
    {},
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250-mx
     B: hello
     fail protocol: the backend sent no SMTP reply
     > 250-mx
     > hello
     not-offered, in clear`,
  ],
  [
    'never writes an envelope that would end its line',
    { attempt: { ...mx, rcpt: Buffer.from('RCPT TO:<c@d>\r\nDATA') } },
    `B: 220 mx
     fail config: the backend cannot be sent such credentials
     not-offered, in clear`,
  ],
]

for (const [title, look, script] of rows) {
  test(title, () => assert.equal(flush(play(smtp, leg(look), script)), flush(script)))
}
