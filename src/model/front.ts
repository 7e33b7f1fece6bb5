import type { StartTls } from '../words/starttls.ts'
import { covers } from './key-pair.ts'
import type { Certificate, Front } from './model.ts'
import { authOf, keyOf, type Subject } from './subject.ts'
import { type Resolved, resolved } from './violation.ts'

type Mode = 'None' | 'StartTLS' | 'StartTLSRequired' | 'Implicit'

const starttls: Readonly<Record<Mode, StartTls>> = {
  None: 'off',
  StartTLS: 'on',
  StartTLSRequired: 'only',
  Implicit: 'off',
}

/** TLS toward the client. A listener that was to have it never opens without. */
export function front(subject: Subject): Resolved<Front> {
  const mode = modeOf(subject)
  const shape = { implicit: mode === 'Implicit', starttls: starttls[mode] }
  if (mode === 'None') return resolved({ ...shape, certificates: [] })
  const found = (subject.proxy.spec.tls ?? []).map(one => certificate(subject, one))
  const certificates = found.flatMap(({ value }) => (value ? [value] : []))
  const violations = found.flatMap(one => one.violations)
  return resolved(
    { ...shape, certificates },
    certificates.length > 0 ? violations : violations.map(one => ({ ...one, closes: true })),
    found.flatMap(one => one.notes),
  )
}

/** Where `tls` was left out, `auth.type` is None: an MX, which offers what it has. */
function modeOf(subject: Subject): Mode {
  const { listener, proxy } = subject
  if (listener.tls !== undefined) return listener.tls
  const hasCertificate = (proxy.spec.tls ?? []).length > 0
  return authOf(subject).type === 'None' && !hasCertificate ? 'None' : 'StartTLS'
}

interface Named {
  readonly secretName: string
  readonly hosts?: readonly string[] | undefined
}

function certificate(
  subject: Subject,
  { secretName, hosts = [] }: Named,
): Resolved<Certificate | undefined> {
  const key = keyOf(subject, secretName)
  const secret = subject.lookup.secret(subject.proxy.metadata.namespace, secretName)
  const { value: pair, violations, notes } = subject.pairs.pair(key, secret)
  if (!pair) return resolved(undefined, violations, notes)
  const uncovered = hosts.filter(host => !pair.names.some(name => covers(name, host)))
  return resolved({ pair, hosts }, violations, [
    ...notes,
    ...uncovered.map(host => `the certificate of the Secret ${key} is not for ${host}`),
    ...(pair.names.length === 0 && hosts.length === 0
      ? [`the certificate of the Secret ${key} names no host`]
      : []),
  ])
}
