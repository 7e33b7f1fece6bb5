import type { Mechanism } from '../words/mechanism.ts'
import { oauthbearer, xoauth2 } from './bearer.ts'
import { cramMd5 } from './cram-md5.ts'
import type { Exchange } from './exchange.ts'
import { external } from './external.ts'
import { login } from './login.ts'
import { plain } from './plain.ts'

interface Row {
  readonly mechanism: Mechanism
  /** As nginx: PLAIN and LOGIN are taken whether or not they are offered. */
  readonly always?: true
  start(salt: string): Exchange
}

/** By the names of the SASL registry, in the order in which they are offered. */
const rows: ReadonlyMap<string, Row> = new Map([
  ['PLAIN', { mechanism: 'plain', always: true, start: () => plain }],
  ['LOGIN', { mechanism: 'login', always: true, start: () => login }],
  ['CRAM-MD5', { mechanism: 'cram-md5', start: cramMd5 }],
  ['EXTERNAL', { mechanism: 'external', start: () => external }],
  ['XOAUTH2', { mechanism: 'xoauth2', start: () => xoauth2 }],
  ['OAUTHBEARER', { mechanism: 'oauthbearer', start: () => oauthbearer }],
])

/** The names of all mechanisms, in upper case. */
export const known: readonly string[] = [...rows.keys()]

/** `undefined` where there is no such mechanism, or it is not enabled. `name` is one of those `known`. */
export function start(
  name: string,
  enabled: readonly Mechanism[],
  salt: string,
): Exchange | undefined {
  const row = rows.get(name)
  if (!row || !(row.always || enabled.includes(row.mechanism))) return undefined
  return row.start(salt)
}

/** The names of the enabled mechanisms, in the order of the table, as capabilities list them. */
export function names(enabled: readonly Mechanism[]): readonly string[] {
  return [...rows].filter(([, row]) => enabled.includes(row.mechanism)).map(([name]) => name)
}
