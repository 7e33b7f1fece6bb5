import { startTlsModes } from '../../words/starttls.ts'
import { every, set, words } from '../row.ts'
import { many, one } from '../shape.ts'
import { certificate } from '../shapes/certificate.ts'
import { file } from '../shapes/file.ts'
import type { Context } from '../syntax.ts'
import { oneOf, text } from '../values.ts'
import { saidByTls, usual } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
const version = oneOf(...versions)

/** OpenSSL's list of ciphers. */
const ciphers = text({
  expects: 'a list of ciphers, such as HIGH:!aNULL',
  pattern: '^[A-Za-z0-9_:!+@=, -]+$',
  maxLength: 4096,
})

export const sslRows = {
  starttls: set(one('off | on | only', oneOf(...startTlsModes)), {
    contexts,
    default: 'off',
    fallback: 'off',
    field: saidByTls,
    doc: 'Whether STARTTLS (POP3: STLS) is offered; with `only` nothing but it is taken in clear text.',
  }),
  ssl_certificate: every(certificate, {
    contexts,
    field: saidByTls,
    doc: 'A certificate with its chain, in PEM. The first serves clients that name no host; the others those that ask for one of the names given here, or else of the names in the certificate.',
  }),
  ssl_certificate_key: every(file('besideConfig'), {
    contexts,
    field: saidByTls,
    doc: 'The key of a certificate, in PEM; the first belongs to the first certificate, and so on.',
  }),
  ssl_protocols: words(many('VERSION …', version, versions.length), {
    contexts,
    default: 'TLSv1.2 TLSv1.3',
    fallback: ['TLSv1.2', 'TLSv1.3'],
    merge: all => versions.filter(known => all.includes(known)),
    field: usual,
    doc: 'The versions of TLS that are spoken: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.',
  }),
  ssl_ciphers: set(one('CIPHERS', ciphers), {
    contexts,
    default: 'HIGH:!aNULL:!MD5',
    fallback: 'HIGH:!aNULL:!MD5',
    field: usual,
    doc: "The ciphers up to TLS 1.2, in OpenSSL's words.",
  }),
}
