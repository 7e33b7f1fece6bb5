/**
 * How a client proves who it is, in the words of the `*_auth` directives and of auth_http's
 * `Auth-Method`. `none` is SMTP without login.
 */
export const mechanisms = [
  'plain',
  'login',
  'cram-md5',
  'apop',
  'external',
  'xoauth2',
  'oauthbearer',
  'none',
] as const

export type Mechanism = (typeof mechanisms)[number]

/** The mechanisms whose password is a token of OAuth 2.0: one says as much as the other. */
export const bearers = ['xoauth2', 'oauthbearer'] as const
export type Bearer = (typeof bearers)[number]

/** The mechanism, if it is one of a token. */
export function bearerOf(mechanism: Mechanism): Bearer | undefined {
  return bearers.find(known => known === mechanism)
}
