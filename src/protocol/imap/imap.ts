import type { Protocol } from '../protocol.ts'

export const imap: Protocol = {
  name: 'imap',
  alpn: 'imap',
  words: {
    denied: () => '',
    refused: () => '',
    unavailable: () => '',
    internal: '',
  },
  door: () => ({
    salted: false,
    greet: () => {
      throw new Error('imap is not written yet')
    },
  }),
  back: () => {
    throw new Error('imap is not written yet')
  },
}
