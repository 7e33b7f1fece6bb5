import type { BackendRef } from '../api/backend-refs.ts'
import { file } from './file.ts'
import { certificate, pemCertificates } from './key-pair.ts'
import type { File } from './model.ts'
import { dataOf } from './secret-data.ts'
import { keyOf, type Subject } from './subject.ts'
import { unseen } from './unseen.ts'
import { type Resolved, resolved, unresolved } from './violation.ts'

/** The certificates that a backend is verified with: `ca.crt` of a ConfigMap or Secret. */
export function authority(
  subject: Subject,
  ref: BackendRef | undefined,
): Resolved<File | undefined> {
  const caRef = ref?.tls?.caRef
  if (!caRef) return resolved(undefined)
  const { lookup, proxy } = subject
  const { namespace } = proxy.metadata
  const name = `the ${caRef.kind} ${keyOf(subject, caRef.name)}`
  const bad = (fault: string) =>
    resolved(undefined, [unresolved('InvalidAuthority', `${name} ${fault}`, true)])

  const holder =
    caRef.kind === 'Secret'
      ? lookup.secret(namespace, caRef.name)
      : lookup.configMap(namespace, caRef.name)
  if (!holder) return bad(unseen[caRef.kind])
  const text = dataOf(holder, 'ca.crt')
  if (text === undefined) return bad('has no ca.crt')
  const certificates = pemCertificates(text)
  if (certificates.length === 0) return bad('holds no certificate in PEM in ca.crt')
  if (!certificates.every(certificate))
    return bad('holds in ca.crt a certificate that cannot be read')
  return resolved(file(`${certificates.join('\n')}\n`))
}
