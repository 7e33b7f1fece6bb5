import { imap } from '../../../src/protocol/imap/imap.ts'
import { type BackRow, type LegLook, playAll } from '../../support/leg.ts'

const attempt = { tag: 'a1' }
const edge: LegLook = { judge: 'edge', attempt }

const rows: readonly BackRow[] = [
  [
    'auth_http: nginx’s LOGIN with synchronizing literals and the client’s tag',
    edge,
    `B: * OK ready
     P: a1 LOGIN {5}
     B: + OK
     P: alice {6}
     B: +
     P: secret
     B: a1 OK [CAPABILITY IMAP4rev1 IDLE] Logged in
     relay
     > a1 OK [CAPABILITY IMAP4rev1 IDLE] Logged in
     off, in clear`,
  ],
  [
    'auth_http: LOGIN at once, where the backend takes literals that wait for nobody',
    edge,
    `B: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] ready
     P: a1 LOGIN {5+}
     P: alice {6+}
     P: secret
     B: a1 OK Logged in
     relay
     > a1 OK Logged in
     off, in clear`,
  ],
  [
    'auth_http: LOGIN at once with the short literals of LITERAL-',
    edge,
    `B: * OK [CAPABILITY IMAP4rev1 LITERAL-] ready
     P: a1 LOGIN {5+}
     P: alice {6+}
     P: secret
     B: a1 OK Logged in
     relay
     > a1 OK Logged in
     off, in clear`,
  ],
  [
    'the untagged lines before the OK of the login belong to it',
    edge,
    `B: * OK ready
     P: a1 LOGIN {5}
     B: * OK late greeting
     B: + OK
     P: alice {6}
     B: + OK
     P: secret
     B: * CAPABILITY IMAP4rev1
     B: * OK [ALERT] quota
     B: a1 OK Logged in
     relay
     > * CAPABILITY IMAP4rev1
     > * OK [ALERT] quota
     > a1 OK Logged in
     off, in clear`,
  ],
  [
    'auth_http: a refusal is a failure, its words whole for proxy_pass_error_message',
    edge,
    `B: * OK ready
     P: a1 LOGIN {5}
     B: + OK
     P: alice {6}
     B: + OK
     P: secret
     B: * OK [ALERT] no
     B: a1 NO no
     fail login: the backend refused a login that was judged at the edge
     > * OK [ALERT] no
     > a1 NO no
     off, in clear`,
  ],
  [
    'pass-through: an initial response spares two round trips where it is offered',
    { attempt },
    `B: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready
     P: a1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
     B: a1 OK done
     relay
     > a1 OK done
     off, in clear`,
  ],
  [
    'pass-through: asks for the capabilities that the greeting did not give',
    { attempt },
    `B: * OK Waiting for authentication process to respond..
     P: postern CAPABILITY
     B: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Dovecot ready.
     B: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
     B: postern OK done
     P: a1 AUTHENTICATE PLAIN AGFsaWNlAHNlY3JldA==
     B: a1 NO [AUTHENTICATIONFAILED] Authentication failed.
     refused
     > a1 NO [AUTHENTICATIONFAILED] Authentication failed.
     off, in clear`,
  ],
  [
    'pass-through: LOGIN where there is no initial response',
    { attempt, login: '', password: '' },
    `B: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready
     P: a1 LOGIN {0}
     B: + OK
     P:  {0}
     B: + OK
     P:
     B: a1 NO no
     refused
     > a1 NO no
     off, in clear`,
  ],
  [
    'pass-through: AUTHENTICATE where LOGIN is disabled',
    { attempt },
    `B: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=PLAIN] ready
     P: a1 AUTHENTICATE PLAIN
     B: +
     P: AGFsaWNlAHNlY3JldA==
     B: a1 OK done
     relay
     > a1 OK done
     off, in clear`,
  ],
  [
    'pass-through: AUTHENTICATE LOGIN where there is nothing else',
    { attempt },
    `B: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=LOGIN] ready
     P: a1 AUTHENTICATE LOGIN
     B: + VXNlcm5hbWU6
     P: YWxpY2U=
     B: + UGFzc3dvcmQ6
     P: c2VjcmV0
     B: a1 OK done
     relay
     > a1 OK done
     off, in clear`,
  ],
]

playAll(imap, rows)
