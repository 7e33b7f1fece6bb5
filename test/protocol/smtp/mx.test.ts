import { smtp } from '../../../src/protocol/smtp/smtp.ts'
import { type BackRow, type LegLook, playAll } from '../../support/leg.ts'

const greeted = { verb: 'EHLO', name: 'client.example' } as const
const mx: LegLook['attempt'] = {
  mechanism: 'none',
  greeted,
  mail: Buffer.from('MAIL FROM:<a@b>  SIZE=10'),
  rcpt: Buffer.from('RCPT TO:<c@d>'),
}
const postfix = 'XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT'

const rows: readonly BackRow[] = [
  [
    'mx: the client is told, greets, and its envelope goes on as it came',
    { judge: 'edge', attempt: mx, login: '', client: { publicPort: 25 } },
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
    { judge: 'edge', attempt: mx, login: '' },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=198.51.100.7 NAME=[UNAVAILABLE]
     B: 550 5.7.0 Error: insufficient authorization
     fail identity: the backend refused XCLIENT
     > 550 5.7.0 Error: insufficient authorization
     refused, in clear`,
  ],
  [
    'mx: fails closed where the backend does not know the command',
    { judge: 'backend', attempt: mx, login: '' },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=198.51.100.7 NAME=[UNAVAILABLE]
     B: 502 5.5.1 not implemented
     fail identity: the backend refused XCLIENT
     > 502 5.5.1 not implemented
     refused, in clear`,
  ],
  [
    'mx: a user that the auth server knows of is told, as in nginx',
    { judge: 'edge', attempt: mx, login: 'al ice', client: { publicPort: 25 } },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: XCLIENT ADDR=198.51.100.7 LOGIN=al+20ice NAME=[UNAVAILABLE]
     B: 220 mx
     P: EHLO client.example
     B: 250 mx
     P: MAIL FROM:<a@b>  SIZE=10
     B: 250 2.1.0 Ok
     P: RCPT TO:<c@d>
     B: 250 2.1.5 Ok
     relay
     > 250 2.1.5 Ok
     believed, in clear
`,
  ],
  [
    'mx: any other refusal of XCLIENT is the backend’s verdict on the client',
    { judge: 'edge', attempt: mx, login: '', client: { publicPort: 25 } },
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
    { judge: 'edge', attempt: mx, login: '', client: { publicPort: 25 } },
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
    { judge: 'edge', attempt: mx, login: '', xclient: false },
    `B: 220 mx
     P: EHLO mail.example.com
     B: 250 mx
     P: MAIL FROM:<a@b>  SIZE=10
     B: 552 5.3.4 Message too big
     refused
     > 552 5.3.4 Message too big
     off, in clear`,
  ],
]

playAll(smtp, rows)
