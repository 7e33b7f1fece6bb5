import { smtp } from '../../../src/protocol/smtp/smtp.ts'
import { type BackRow, playAll } from '../../support/leg.ts'

const greeted = { verb: 'EHLO', name: 'client.example' } as const
const postfix = 'XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT'

const rows: readonly BackRow[] = [
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
]

playAll(smtp, rows)
