/** What no login or password may hold: each would end a line, or cut the name, in some backend. */
const forbidden: ReadonlyMap<number, string> = new Map([
  [0x00, 'NUL'],
  [0x0a, 'LF'],
  [0x0d, 'CR'],
])

/**
 * Why these credentials can be a login nowhere, if they cannot: a backend would take what follows a
 * CR, LF or NUL for something else. To be asked before anyone is dialled.
 */
export function refusal(credentials: {
  readonly login: Buffer
  readonly password: Buffer
}): string | undefined {
  for (const [octet, name] of forbidden) {
    if (credentials.login.includes(octet)) return `${name} in the user name`
    if (credentials.password.includes(octet)) return `${name} in the password`
  }
  return undefined
}
