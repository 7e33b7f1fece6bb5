import { smtp } from '../../../src/protocol/smtp/smtp.ts'
import { type BackRow, type LegLook, playAll } from '../../support/leg.ts'

const greeted = { verb: 'EHLO', name: 'client.example' } as const
const mx: LegLook['attempt'] = {
  mechanism: 'none',
  greeted,
  mail: Buffer.from('MAIL FROM:<a@b>  SIZE=10'),
  rcpt: Buffer.from('RCPT TO:<c@d>'),
}

const rows: readonly BackRow[] = [
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

playAll(smtp, rows)
