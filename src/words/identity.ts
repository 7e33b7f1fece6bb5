/**
 * What became of telling a backend who the client is.
 *
 * - `believed`: it said so on the wire.
 * - `unconfirmed`: told, and nothing on the wire shows whether it was believed (Dovecot 2.3's IMAP ID).
 * - `ignored`: it answered politely that it does not believe us.
 * - `refused`: it answered with an error.
 * - `not-offered`: it offers no way to be told.
 * - `off`: not asked for.
 */
export const identities = [
  'believed',
  'unconfirmed',
  'ignored',
  'refused',
  'not-offered',
  'off',
] as const

export type Identity = (typeof identities)[number]
