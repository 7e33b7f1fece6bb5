import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { ServerSettings } from '../config/config.ts'
import { type KeyFault, reasonOf } from './tls-options.ts'

/** The directive whose value OpenSSL does not take, once a context could not be made. */
export function blamed({
  ssl_ciphers,
  ssl_conf_command,
  ssl_ecdh_curve,
}: ServerSettings): KeyFault | undefined {
  const trials: readonly (readonly [said: string, options: SecureContextOptions])[] = [
    [`ssl_ciphers "${ssl_ciphers}"`, { ciphers: ssl_ciphers }],
    [`ssl_ecdh_curve "${ssl_ecdh_curve}"`, { ecdhCurve: ssl_ecdh_curve }],
    ...ssl_conf_command.map(
      ({ name, value }) => [`ssl_conf_command ${name} "${value}"`, optionOf(name, value)] as const,
    ),
  ]
  for (const [file, options] of trials) {
    try {
      createSecureContext(options)
    } catch (error) {
      const reason = reasonOf(error)
      return { file, reason: /reason\(0\)/.test(reason) ? 'OpenSSL does not know it' : reason }
    }
  }
  return undefined
}

function optionOf(name: string, value: string): SecureContextOptions {
  if (name === 'CipherString' || name === 'Ciphersuites') return { ciphers: value }
  if (name === 'Curves' || name === 'Groups') return { ecdhCurve: value }
  return name === 'SignatureAlgorithms' ? { sigalgs: value } : {}
}
