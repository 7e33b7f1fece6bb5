import { smtp } from '../../../src/protocol/smtp/smtp.ts'
import { type BackRow, playAll } from '../../support/leg.ts'

const greeted = { verb: 'EHLO', name: 'client.example' } as const
const postfix = 'XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT'

const rows: readonly BackRow[] = [
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
     believed, in clear`,
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
     believed, in clear`,
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
     refused, in clear`,
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
     believed, in clear`,
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
]

playAll(smtp, rows)
