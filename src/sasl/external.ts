import { ask, type Exchange } from './exchange.ts'

/** RFC 4422, appendix A; with nginx's prompt. An empty answer asks for the certificate's own name. */
export const external: Exchange = ask('Username:', name => ({
  kind: 'credentials',
  credentials: {
    mechanism: 'external',
    login: Buffer.from(name),
    password: Buffer.alloc(0),
    salt: '',
  },
}))
