/** The credentials of a SASL exchange (RFC 4616). */
export interface Credentials {
  readonly user: string
  readonly password: string
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/** Base64 as RFC 4954 and RFC 3501 carry it; `=` alone is an empty response; `undefined`: not base64. */
export function decodeBase64(text: string): Buffer | undefined {
  if (text === '=') return Buffer.alloc(0)
  if (!base64.test(text) || text.length % 4 !== 0) return undefined
  return Buffer.from(text, 'base64')
}

/** `authzid NUL authcid NUL password`; another authzid than the user's own is refused. */
export function parsePlain(response: string): Credentials | undefined {
  const words = decodeBase64(response)?.toString('utf8').split('\0')
  const [authzid, user, password] = words ?? []
  if (words?.length !== 3 || !user || password === undefined) return undefined
  return authzid && authzid !== user ? undefined : { user, password }
}
