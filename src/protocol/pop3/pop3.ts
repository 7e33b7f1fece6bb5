import { oneLine } from '../converse.ts'
import type { Protocol } from '../protocol.ts'
import { pop3Back } from './back.ts'
import { door } from './front.ts'
import { RelayedPop3 } from './relayed.ts'
import { replies } from './replies.ts'

export const pop3: Protocol = {
  name: 'pop3',
  alpn: 'pop3',
  words: {
    denied: (_, text) => `-ERR ${oneLine(text)}\r\n`,
    challenge: (_, base64) => ({ text: `+ ${oneLine(base64)}\r\n`, wrong: replies.invalid }),
    refused: () => replies.refused,
    unavailable: () => replies.unavailable,
    internal: replies.internal,
    timedOut: replies.timedOut,
    forbidden: replies.forbidden,
    crowded: replies.crowded,
    leaving: replies.leaving,
    barred: (_, why) => `-ERR [SYS/TEMP] ${why}\r\n`,
    certificate: replies.certificate,
  },
  door,
  back: pop3Back,
  relayed: () => new RelayedPop3(),
}
