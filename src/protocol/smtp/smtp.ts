import type { Protocol } from '../protocol.ts'

export const smtp: Protocol = {
  name: 'smtp',
  alpn: 'smtp',
  words: {
    denied: () => '',
    refused: () => '',
    unavailable: () => '',
    internal: '',
  },
  door: () => ({
    salted: false,
    greet: () => {
      throw new Error('smtp is not written yet')
    },
  }),
  back: () => {
    throw new Error('smtp is not written yet')
  },
}
