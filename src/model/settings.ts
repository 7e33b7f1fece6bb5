/** The fields that are directives: a listener's own, else that of `spec`, else nginx's default. */
import type { MailProxy } from '../api/mail-proxy.ts'
import { type Field, fields } from '../directives/fields.ts'
import type { Directive } from '../directives/syntax.ts'
import { entry } from '../directives/table.ts'
import { directive } from '../directives/tree.ts'
import type { Subject } from './subject.ts'
import { type Resolved, refused, resolved, type Violation } from './violation.ts'

export interface Settings {
  readonly server: readonly Directive[]
  readonly upstream: readonly Directive[]
}

export function settings(subject: Subject): Resolved<Settings> {
  const said = fields
    .filter(field => concerns(subject, field))
    .map(field => ({ field, ...setting(subject, field) }))
  const into = (upstream: boolean) =>
    said
      .filter(({ field }) => field.contexts.includes('upstream') === upstream)
      .flatMap(one => one.value)
  return resolved(
    { server: into(false), upstream: into(true) },
    said.flatMap(one => one.violations),
  )
}

/** `imap_` and its kin say nothing to a listener of another protocol. */
function concerns({ listener }: Subject, { directive }: Field): boolean {
  const [, protocol] = /^(imap|pop3|smtp)_/.exec(directive) ?? []
  return protocol === undefined || protocol === listener.protocol.toLowerCase()
}

function setting({ proxy, listener }: Subject, field: Field): Resolved<readonly Directive[]> {
  const own = member(listener, field.name)
  const value = own ?? member(proxy.spec, field.name)
  if (value === undefined) return resolved([])
  const words = field.words(value)
  if (!words)
    return resolved([], [outOfRange(field, own === undefined ? 'spec' : 'listener', value)])
  const usual = field.default === undefined ? undefined : field.words(field.default)
  const isUsual = usual?.length === words.length && usual.every((word, at) => word === words[at])
  return resolved(isUsual || words.length === 0 ? [] : [directive(field.directive, words)])
}

function member(of: MailProxy['spec'] | Subject['listener'], name: string): unknown {
  return Object.getOwnPropertyDescriptor(of, name)?.value
}

/** What no pattern can say: the schema let it pass, and the directive does not take it. */
function outOfRange(
  { name, schema, directive, contexts }: Field,
  where: string,
  value: unknown,
): Violation {
  const bounds = 'minimum' in schema ? ` from ${schema.minimum} to ${schema.maximum}` : ''
  const syntax = entry(directive, contexts[0] ?? 'mail')?.row.syntax ?? 'value'
  const given = JSON.stringify(value).slice(0, 64)
  return refused('Invalid', `${name} of the ${where} is ${given}, and must be a ${syntax}${bounds}`)
}
