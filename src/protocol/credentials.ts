import { fitsLine } from './converse.ts'

/** What no login and no password may hold: in one backend or another it ends the line, or the name. */
const forbidden: ReadonlyMap<number, string> = new Map([
  [0x00, 'NUL'],
  [0x0a, 'LF'],
  [0x0d, 'CR'],
])

/**
 * Why these credentials can be a login nowhere; `undefined` where they can. To be asked before
 * anyone is dialled. A fragment without anything that the client sent.
 */
export function refusal(credentials: {
  readonly login: Buffer
  readonly password: Buffer
}): string | undefined {
  const { login, password } = credentials
  if (fitsLine(login) && fitsLine(password)) return undefined
  for (const [octet, name] of forbidden) {
    if (login.includes(octet)) return `${name} in the user name`
    if (password.includes(octet)) return `${name} in the password`
  }
  return undefined
}
