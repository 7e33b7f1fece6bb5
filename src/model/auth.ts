import { headerValue } from '../directives/shapes/header.ts'
import { settingRows } from '../directives/table.ts'
import type { Auth, Header } from './model.ts'
import { dataOf } from './secret-data.ts'
import { authOf, keyOf, type Subject } from './subject.ts'
import { unseen } from './unseen.ts'
import { type Resolved, refused, resolved, unresolved } from './violation.ts'

/** Who judges a login. */
export function auth(subject: Subject): Resolved<Auth> {
  const { type, http } = authOf(subject)
  if (type === 'None') return resolved({ kind: 'none' })
  if (type === 'Passthrough' || !http) return resolved({ kind: 'passthrough' })
  const headers = (http.headers ?? []).map(one => header(subject, one))
  const timeout = settingRows.auth_http_timeout.json?.words(http.timeout)?.[0]
  const wrong = http.timeout !== undefined && timeout === undefined
  return resolved(
    {
      kind: 'http',
      url: http.url,
      timeout,
      headers: headers.flatMap(({ value }) => (value ? [value] : [])),
      secret: (http.headers ?? []).some(({ valueFrom }) => valueFrom !== undefined),
    },
    [
      ...headers.flatMap(one => one.violations),
      ...(wrong ? [refused('Invalid', 'auth.http.timeout must be from 1ms to 1y')] : []),
    ],
  )
}

type Given = NonNullable<NonNullable<ReturnType<typeof authOf>['http']>['headers']>[number]

function header(subject: Subject, { name, value, valueFrom }: Given): Resolved<Header | undefined> {
  if (value !== undefined) return resolved({ name, value })
  if (!valueFrom) return resolved(undefined)
  const { name: secretName, key } = valueFrom.secretKeyRef
  const holder = `the Secret ${keyOf(subject, secretName)}`
  const bad = (fault: string) =>
    resolved(undefined, [unresolved('InvalidHeader', `${holder} ${fault}`, true)])

  const secret = subject.lookup.secret(subject.proxy.metadata.namespace, secretName)
  if (!secret) return bad(unseen.Secret)
  // Files made by hand end in a line end that nobody means.
  const found = dataOf(secret, key)?.replace(/\r?\n$/, '')
  if (found === undefined) return bad(`has no ${key}`)
  if (headerValue.parse(found) === undefined)
    return bad(`holds in ${key} a value that no header can have: it must be printable ASCII`)
  return resolved({ name, value: found })
}
