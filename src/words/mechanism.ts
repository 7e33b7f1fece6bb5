/**
 * How a client proves who it is, in the words of the `*_auth` directives and of auth_http's
 * `Auth-Method`. `none` is SMTP without login.
 */
export const mechanisms = ['plain', 'login', 'cram-md5', 'apop', 'external', 'none'] as const

export type Mechanism = (typeof mechanisms)[number]
