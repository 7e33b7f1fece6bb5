import { oneLine } from '../converse.ts'
import type { Protocol } from '../protocol.ts'
import { imapBack } from './back.ts'
import { door } from './front.ts'
import { RelayedImap } from './relayed.ts'
import { invalid, replies } from './replies.ts'

export const imap: Protocol = {
  name: 'imap',
  alpn: 'imap',
  words: {
    denied: ({ tag }, text) => `${tag} NO ${oneLine(text)}\r\n`,
    challenge: ({ tag }, base64) => ({ text: `+ ${oneLine(base64)}\r\n`, wrong: invalid(tag) }),
    refused: ({ tag }) => `${tag} NO [AUTHENTICATIONFAILED] Authentication failed\r\n`,
    unavailable: ({ tag }) =>
      `${tag} NO [UNAVAILABLE] The mail server cannot be reached now, try again later\r\n`,
    internal: replies.internal,
    timedOut: replies.timedOut,
    forbidden: replies.forbidden,
    crowded: replies.crowded,
    leaving: replies.leaving,
    barred: ({ tag }, why) => `${tag} NO [UNAVAILABLE] ${why}\r\n`,
    certificate: replies.certificate,
  },
  door,
  back: imapBack,
  relayed: () => new RelayedImap(),
}
