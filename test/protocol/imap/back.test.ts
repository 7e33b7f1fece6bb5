import { imap } from '../../../src/protocol/imap/imap.ts'
import { type BackRow, type LegLook, playAll } from '../../support/leg.ts'

const attempt = { tag: 'a1' }
const edge: LegLook = { judge: 'edge', attempt }
const id =
  'ID ("x-session-id" "abc123" "x-originating-ip" "198.51.100.7" "x-originating-port" "40000" ' +
  '"x-connected-port" "993" "x-proxy-ttl" "6" "x-client-transport" "TLS")'

const rows: readonly BackRow[] = [
  [
    'a backend that takes no password in clear is set up wrongly, not the password',
    { attempt },
    `B: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready
     fail config: the backend takes no password over this connection
     off, in clear`,
  ],
  [
    'tells Dovecot who the client is, after STARTTLS and before the login',
    { attempt, identify: true, tls: 'starttls' },
    `B: * OK [CAPABILITY IMAP4rev1 ID STARTTLS LOGINDISABLED] ready
     P: postern STARTTLS
     B: postern OK go
     TLS
     P: postern CAPABILITY
     B: * CAPABILITY IMAP4rev1 SASL-IR ID AUTH=PLAIN
     B: postern OK done
     P: postern ${id}
     B: * ID ("name" "Dovecot")
     B: postern OK Trusted ID completed.
     P: a1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
     B: a1 OK done
     relay
     > a1 OK done
     believed, secure`,
  ],
  [
    'cannot tell whether an older Dovecot believes',
    { ...edge, identify: true },
    `B: * OK [CAPABILITY IMAP4rev1 ID] ready
     P: postern ${id}
     B: postern OK ID completed.
     P: a1 LOGIN {5}
     B: + OK
     P: alice {6}
     B: + OK
     P: secret
     B: a1 OK done
     relay
     > a1 OK done
     unconfirmed, in clear`,
  ],
  [
    'tells addresses of IPv6 bare, and where the client connected to if that is known',
    {
      ...edge,
      identify: true,
      client: {
        address: '2001:db8::5',
        dialled: { address: '2001:db8::10', port: 143 },
        secure: false,
        serverName: 'mail.example.com',
      },
    },
    `B: * OK [CAPABILITY IMAP4rev1 ID] ready
     P: postern ID ("x-session-id" "abc123" "x-originating-ip" "2001:db8::5" "x-originating-port" "40000" "x-connected-ip" "2001:db8::10" "x-connected-port" "143" "x-proxy-ttl" "6" "x-client-transport" "insecure" "x-connected-name" "mail.example.com")
     B: postern BAD Invalid ID parameters
     P: a1 LOGIN {5}
     B: a1 NO [UNAVAILABLE] Temporary failure
     fail unavailable: the backend cannot serve now
     > a1 NO [UNAVAILABLE] Temporary failure
     refused, in clear`,
  ],
  [
    'says no ID where it is not offered',
    { ...edge, identify: true },
    `B: * OK [CAPABILITY IMAP4rev1 IDLE] ready
     P: a1 LOGIN {5}
     B: + OK
     P: alice {6}
     B: + OK
     P: secret
     B: a1 OK done
     relay
     > a1 OK done
     not-offered, in clear`,
  ],
  [
    'fails where STARTTLS is required and refused',
    { ...edge, tls: 'starttls' },
    `B: * OK ready
     P: postern STARTTLS
     B: postern BAD no
     fail tls: the backend refused STARTTLS
     > postern BAD no
     off, in clear`,
  ],
  [
    'takes STARTTLS where it is optional and offered',
    { ...edge, tls: 'auto' },
    `B: * OK ready
     P: postern CAPABILITY
     B: * CAPABILITY IMAP4rev1 STARTTLS
     B: postern OK done
     P: postern STARTTLS
     B: postern OK go
     TLS
     P: a1 LOGIN {5}
     B: + OK
     P: alice {6}
     B: + OK
     P: secret
     B: a1 OK done
     relay
     > a1 OK done
     off, secure`,
  ],
  [
    'goes on in clear where STARTTLS is optional and refused',
    { ...edge, tls: 'auto' },
    `B: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
     P: postern STARTTLS
     B: postern NO not now
     P: a1 LOGIN {5}
     B: + OK
     P: alice {6}
     B: + OK
     P: secret
     B: a1 OK done
     relay
     > a1 OK done
     off, in clear`,
  ],
  [
    'BYE before the login is no verdict on it',
    edge,
    `B: * OK ready
     P: a1 LOGIN {5}
     B: * BYE shutting down
     fail unavailable: the backend said BYE
     > * BYE shutting down
     off, in clear`,
  ],
  [
    'neither is BYE instead of a greeting',
    edge,
    `B: * BYE too many
     fail unavailable: the backend said BYE
     > * BYE too many
     off, in clear`,
  ],
  [
    'takes no connection that is logged in already',
    edge,
    `B: * PREAUTH welcome
     fail protocol: the backend sent a greeting that is none
     > * PREAUTH welcome
     off, in clear`,
  ],
  [
    'BAD is a misunderstanding and no verdict',
    { attempt },
    `B: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
     P: a1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
     B: a1 BAD what?
     fail protocol: the backend did not understand the login
     > a1 BAD what?
     off, in clear`,
  ],
  [
    'an OK before the credentials is none',
    edge,
    `B: * OK ready
     P: a1 LOGIN {5}
     B: a1 OK come in
     fail protocol: the backend ended the login before it had the credentials
     > a1 OK come in
     off, in clear`,
  ],
  [
    'never writes credentials with line ends in them, not even in a literal',
    { ...edge, password: 'secret\r\na2 LOGOUT' },
    `B: * OK ready
     fail config: the backend cannot be sent such credentials
     off, in clear`,
  ],
  [
    'nor a tag that is none',
    { ...edge, attempt: { tag: '*' } },
    `B: * OK ready
     fail config: the backend cannot be sent such credentials
     off, in clear`,
  ],
  [
    'another tag ends the dialogue',
    edge,
    `B: * OK ready
     P: a1 LOGIN {5}
     B: a2 OK done
     fail protocol: the backend sent no IMAP response
     > a2 OK done
     off, in clear`,
  ],
]

playAll(imap, rows)
