import type { ProtocolName } from '../../src/words/protocol-name.ts'
import type { Place, Security } from '../support/clients.ts'
import type { MailSite } from '../support/mail-site.ts'

/** Where clients log in, by protocol and security: the same words for the servers and for a relay. */
export type Front = (protocol: ProtocolName, security: Security) => Place

/** The servers themselves. */
export function directFront({ dovecot, postfix }: MailSite): Front {
  const ports = {
    imap: { clear: dovecot.ports.imap, tls: dovecot.ports.imaps },
    pop3: { clear: dovecot.ports.pop3, tls: dovecot.ports.pop3s },
    smtp: { clear: postfix.ports.submission, tls: postfix.ports.submissions },
  }
  return (protocol, security) => {
    const { clear, tls } = ports[protocol]
    return { protocol, security, port: security === 'implicit' ? tls : clear }
  }
}
