import { ask, type Exchange } from './exchange.ts'

/** LOGIN (draft-murchison-sasl-login): the user name may come as the initial response. */
export const login: Exchange = ask('Username:', name => {
  const user = Buffer.from(name)
  const password = ask('Password:', response => ({
    kind: 'credentials',
    credentials: { mechanism: 'login', login: user, password: Buffer.from(response), salt: '' },
  }))
  return password.next(undefined)
})
