import { oneLine } from '../converse.ts'
import type { Protocol } from '../protocol.ts'
import { smtpBack } from './back.ts'
import { door } from './front.ts'
import { RelayedSmtp } from './relayed.ts'
import { replies } from './replies.ts'

/** nginx's code for a login that an auth server refused without one of its own. */
const denied = '535 5.7.0'

export const smtp: Protocol = {
  name: 'smtp',
  alpn: 'smtp',
  words: {
    denied: (_, text, code) => `${oneLine(`${code ?? denied} ${text}`)}\r\n`,
    challenge: (_, base64) => ({ text: `334 ${oneLine(base64)}\r\n`, wrong: replies.invalid }),
    refused: () => replies.refused,
    unavailable: attempt =>
      attempt.mechanism === 'none' ? replies.unavailable : replies.authUnavailable,
    internal: replies.internal,
    timedOut: replies.timedOut,
    forbidden: replies.forbidden,
    crowded: replies.crowded,
    leaving: replies.leaving,
    barred: (_, why) => `454 4.7.0 ${why}\r\n`,
    certificate: replies.certificate,
  },
  door,
  back: smtpBack,
  relayed: ({ mechanism }, { capabilities }) =>
    new RelayedSmtp({ capabilities, transaction: mechanism === 'none' }),
}
