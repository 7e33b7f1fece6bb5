import { pop3 } from '../../../src/protocol/pop3/pop3.ts'
import { type BackRow, playAll } from '../../support/leg.ts'

const rows: readonly BackRow[] = [
  [
    'logs in with USER and PASS and hands on the backend’s own words',
    {},
    `B: +OK Dovecot ready.
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK Logged in.
     relay
     > +OK Logged in.
     off, in clear`,
  ],
  [
    'tells a trusting Dovecot who the client is, once and before the login',
    {
      identify: true,
      client: { dialled: { address: '192.0.2.10', port: 995 }, serverName: 'mail.example.com' },
    },
    `B: +OK [XCLIENT] Dovecot ready.
     P: XCLIENT ADDR=198.51.100.7 PORT=40000 DESTADDR=192.0.2.10 DESTPORT=995 SESSION=abc123 TTL=6 CLIENT-TRANSPORT=TLS DESTNAME=mail.example.com
     B: +OK Updated
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK Logged in.
     relay
     > +OK Logged in.
     believed, in clear`,
  ],
  [
    'writes IPv6 addresses bare, and tells no destination address that it does not know',
    { identify: true, client: { address: '2001:db8::5', secure: false, publicPort: 110 } },
    `B: +OK [XCLIENT] Dovecot ready.
     P: XCLIENT ADDR=2001:db8::5 PORT=40000 DESTPORT=110 SESSION=abc123 TTL=6 CLIENT-TRANSPORT=insecure
     B: +OK You are not from trusted IP - ignoring
     P: USER alice
     B: -ERR [AUTH] Authentication failed.
     refused
     > -ERR [AUTH] Authentication failed.
     ignored, in clear`,
  ],
  [
    'goes on with the login when XCLIENT is answered with an error, and remembers it',
    { identify: true },
    `B: +OK [XCLIENT] ready
     P: XCLIENT ADDR=198.51.100.7 PORT=40000 DESTPORT=993 SESSION=abc123 TTL=6 CLIENT-TRANSPORT=TLS
     B: -ERR Invalid parameters
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK
     relay
     > +OK
     refused, in clear`,
  ],
  [
    'says no XCLIENT where the greeting does not offer it',
    { identify: true },
    `B: +OK ready
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK
     relay
     > +OK
     not-offered, in clear`,
  ],
  [
    'remembers behind STLS that the greeting offered XCLIENT',
    { identify: true, tls: 'starttls' },
    `B: +OK [XCLIENT] ready
     P: STLS
     B: +OK Begin TLS
     TLS
     P: XCLIENT ADDR=198.51.100.7 PORT=40000 DESTPORT=993 SESSION=abc123 TTL=6 CLIENT-TRANSPORT=TLS
     B: +OK Updated
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK
     relay
     > +OK
     believed, secure`,
  ],
  [
    'fails where STLS is required and refused',
    { tls: 'starttls' },
    `B: +OK ready
     P: STLS
     B: -ERR TLS is not available
     fail tls: the backend refused STLS
     > -ERR TLS is not available
     off, in clear`,
  ],
  [
    'asks CAPA where STLS is optional, and takes it where it is offered',
    { tls: 'auto' },
    `B: +OK ready
     P: CAPA
     B: +OK
     B: UIDL
     B: STLS
     B: USER
     B: .
     P: STLS
     B: +OK
     TLS
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK
     relay
     > +OK
     off, secure`,
  ],
  [
    'goes on in clear where STLS is optional and not offered',
    { tls: 'auto' },
    `B: +OK ready
     P: CAPA
     B: +OK
     B: UIDL
     B: .
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK
     relay
     > +OK
     off, in clear`,
  ],
  [
    'goes on in clear where STLS is optional and CAPA unknown',
    { tls: 'auto' },
    `B: +OK ready
     P: CAPA
     B: -ERR what?
     P: USER alice
     B: +OK
     P: PASS secret
     B: +OK
     relay
     > +OK
     off, in clear`,
  ],
  [
    'sends by AUTH PLAIN what USER and PASS cannot carry',
    { password: ' secret', tls: 'on' },
    `B: +OK ready
     P: AUTH PLAIN AGFsaWNlACBzZWNyZXQ=
     B: +OK
     relay
     > +OK
     off, secure`,
  ],
  [
    'sends a long password behind the challenge, as a command line holds 255 octets',
    { password: 'x'.repeat(249) },
    `B: +OK ready
     P: AUTH PLAIN
     B: +
     P: ${Buffer.from(`\0alice\0${'x'.repeat(249)}`).toString('base64')}
     B: +OK
     relay
     > +OK
     off, in clear`,
  ],
  [
    'takes [SYS/TEMP] for the backend’s state and not for a verdict on the login',
    {},
    `B: +OK ready
     P: USER alice
     B: +OK
     P: PASS secret
     B: -ERR [SYS/TEMP] Temporary authentication failure.
     fail unavailable: the backend cannot serve now
     > -ERR [SYS/TEMP] Temporary authentication failure.
     off, in clear`,
  ],
  [
    'hands on [IN-USE] as it came: another endpoint would not know better',
    {},
    `B: +OK ready
     P: USER alice
     B: +OK
     P: PASS secret
     B: -ERR [IN-USE] mailbox is locked
     refused
     > -ERR [IN-USE] mailbox is locked
     off, in clear`,
  ],
  [
    'calls it a failure when the backend refuses a login that was judged at the edge',
    { judge: 'edge' },
    `B: +OK ready
     P: USER alice
     B: +OK
     P: PASS secret
     B: -ERR no
     fail login: the backend refused a login that was judged at the edge
     > -ERR no
     off, in clear`,
  ],
  [
    'fails where no password is known',
    { judge: 'edge', password: undefined },
    `B: +OK ready
     fail config: the backend wants a password, and none is known
     off, in clear`,
  ],
  [
    'never writes credentials that would end the line',
    { login: 'alice\r\nDELE 1' },
    `B: +OK ready
     fail config: the backend cannot be sent such credentials
     off, in clear`,
  ],
  [
    'takes an error for a greeting as not serving now',
    {},
    `B: -ERR too busy
     fail unavailable: the backend greeted with an error
     > -ERR too busy
     off, in clear`,
  ],
  [
    'takes no other protocol’s greeting',
    {},
    `B: * OK IMAP4 ready
     fail protocol: the backend sent a greeting that is none
     > * OK IMAP4 ready
     off, in clear`,
  ],
]

playAll(pop3, rows)
