import type { ProtocolName } from '../../src/words/protocol-name.ts'
import type { Place, Security } from '../support/clients.ts'
import type { MailSite } from '../support/mail-site.ts'

/** Where clients log in, by protocol and security: the same words for the servers and for a relay. */
export interface Front {
  place(protocol: ProtocolName, security: Security): Place
}

export type LoginPorts = Readonly<
  Record<'imap' | 'pop3' | 'smtp', readonly [clear: number, tls: number]>
>

export function frontOf(ports: LoginPorts): Front {
  return {
    place: (protocol, security) => {
      const [clear, tls] = ports[protocol]
      return { protocol, security, port: security === 'implicit' ? tls : clear }
    },
  }
}

/** The servers themselves. */
export function directFront({ dovecot, postfix }: MailSite): Front {
  return frontOf({
    imap: [dovecot.ports.imap, dovecot.ports.imaps],
    pop3: [dovecot.ports.pop3, dovecot.ports.pop3s],
    smtp: [postfix.ports.submission, postfix.ports.submissions],
  })
}
