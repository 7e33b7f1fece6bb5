import type { Protocol } from '../protocol.ts'

export const pop3: Protocol = {
  name: 'pop3',
  alpn: 'pop3',
  words: {
    denied: () => '',
    refused: () => '',
    unavailable: () => '',
    internal: '',
  },
  door: () => ({
    salted: false,
    greet: () => {
      throw new Error('pop3 is not written yet')
    },
  }),
  back: () => {
    throw new Error('pop3 is not written yet')
  },
}
