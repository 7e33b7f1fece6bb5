/** Builders for the rows of `mail-proxy-table.ts`. */
export interface Row {
  readonly why: string
  readonly spec: unknown
  /** What both say, as a part of the message; none: the object is taken. */
  readonly faults: readonly string[]
}

export const backendRefs = [{ name: 'dovecot', port: 143 }]
export const tls = [{ secretName: 'mail' }]
export const imap = { name: 'imap', protocol: 'IMAP', port: 143, tls: 'None' }
export const smtp = { name: 'smtp', protocol: 'SMTP', port: 25, tls: 'None' }
export const good = { backendRefs, listeners: [imap] }

export const withListener = (more: object) => ({ ...good, tls, listeners: [{ ...imap, ...more }] })
export const withRef = (more: object) => ({
  ...good,
  backendRefs: [{ name: 'dovecot', port: 143, ...more }],
})
export const withRefs = (...refs: readonly object[]) => ({
  ...good,
  backendRefs: refs.map(more => ({ name: 'dovecot', port: 143, ...more })),
})
export const http = (more: object) => ({
  ...good,
  auth: { type: 'HTTP', http: { url: 'http://auth/', ...more } },
})
export const ca = { kind: 'ConfigMap', name: 'ca' }

export function takes(why: string, spec: unknown): Row {
  return { why, spec, faults: [] }
}

export function refuses(why: string, spec: unknown, ...faults: readonly string[]): Row {
  return { why, spec, faults }
}
