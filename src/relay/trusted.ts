import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
  setDefaultCACertificates,
} from 'node:tls'
import type { Options } from './tls-options.ts'

/**
 * A context that believes `ca` and `trusted`, of which clients are told the names of `ca` alone. Node
 * tells of all that it is given, but for those that it believes when it is given none: so those are
 * changed while the context is made. Throws where OpenSSL does not take what it is given.
 */
export function trusting(
  { asks, trusted, ca, ...options }: Options,
  keys: Pick<SecureContextOptions, 'cert' | 'key'>,
): SecureContext {
  const all = { ...options, ...keys }
  if (!asks) return createSecureContext(all)
  if (trusted.length === 0 && ca.length > 0) return createSecureContext({ ...all, ca: [...ca] })
  const usual = getCACertificates('default')
  setDefaultCACertificates(trusted.flatMap(certificates))
  try {
    const context = createSecureContext(all)
    for (const authority of ca) addAuthority(context, authority)
    return context
  } finally {
    setDefaultCACertificates(usual)
  }
}

/** What Node does with each of `ca`. */
function addAuthority({ context }: SecureContext, authority: Buffer): void {
  const add: unknown = Reflect.get(context, 'addCACert')
  if (typeof add !== 'function') throw new Error('this Node cannot add an authority to a context')
  Reflect.apply(add, context, [authority])
}

function certificates(file: Buffer): readonly string[] {
  const found = file
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
  return found ?? []
}
