/** `docs/api.md`, printed from the schemas of `src/api` and the table of reasons. */

import { listenerFields } from '../src/api/directive-fields.ts'
import { mailProxySpec } from '../src/api/mail-proxy.ts'
import { mailProxyClassSpec, mailProxyClassStatus } from '../src/api/mail-proxy-class.ts'
import { mailProxyStatus } from '../src/api/mail-proxy-status.ts'
import type { Node, Schema } from '../src/api/schema.ts'
import { conditionTypes, reasons } from '../src/words/reason.ts'

/** A schema at its place: `spec.listeners[]`. */
interface Place {
  readonly path: string
  readonly schema: Schema<unknown>
}

export function apiPage(): string {
  return [
    '# API reference',
    '',
    'Group `postern.dev`, version `v1alpha1`. Printed from the schemas in `src/api` by `npm run generate`.',
    '',
    'A field in `spec` that is a directive holds for every listener; the same field in a listener goes',
    'before it. Times are written as in nginx (`500ms`, `60s`, `1h30m`; a bare number is seconds), sizes',
    'too (`4096`, `16k`, `1m`). All references are to objects of the same namespace. What each directive',
    'means, and which directives have no field, is in [directives.md](directives.md).',
    '',
    '## MailProxy',
    '',
    'Short name `mp`, category `postern`.',
    '',
    ...sections({ path: 'spec', schema: mailProxySpec }),
    ...sections({ path: 'status', schema: mailProxyStatus }),
    '### Conditions',
    '',
    `${conditionTypes.map(type => `\`${type}\``).join(', ')}, on the object and (but for the last) on each listener. The message names every fault.`,
    '',
    '| reason | meaning |',
    '| --- | --- |',
    ...Object.entries(reasons).map(([reason, meaning]) => `| \`${reason}\` | ${meaning} |`),
    '',
    '## MailProxyClass',
    '',
    'Short name `mpc`, cluster-scoped. With the annotation',
    '`mailproxyclass.postern.dev/is-default-class: "true"` it is the class of MailProxies that name none.',
    '',
    ...sections({ path: 'spec', schema: mailProxyClassSpec }),
    ...sections({ path: 'status', schema: mailProxyClassStatus }),
    'Its one condition, `Accepted`, is written by the controller that `spec.controller` names.',
    '',
  ].join('\n')
}

/** The object at `place`, and every object in it, each in a section of its own. */
function sections(place: Place): readonly string[] {
  const { path, schema } = place
  const object = objectOf(schema)
  if (!object) return []
  const inListener = path === 'spec.listeners'
  const fields = Object.entries(object.node.properties)
  const own = fields.filter(([name]) => !(inListener && name in listenerFields))
  return [
    `### \`${path}${object.suffix}\``,
    '',
    object.description,
    '',
    '| field | type | default | description |',
    '| --- | --- | --- | --- |',
    ...own.map(([name, schema]) => row(name, schema, object.node.required.has(name))),
    ...(inListener ? ['| every directive of `spec` | | | Goes before that of `spec`. |'] : []),
    '',
    ...rules(schema),
    // What a listener shares with `spec` has its section there.
    ...own
      .filter(([name]) => !(inListener && name in specProperties))
      .flatMap(([name, schema]) => sections({ path: `${path}${object.suffix}.${name}`, schema })),
  ]
}

const specProperties = objectOf(mailProxySpec)?.node.properties ?? {}

function objectOf(schema: Schema<unknown>) {
  const { node, description } = schema
  if (node.kind === 'object') return { node, description, suffix: '' }
  if (node.kind !== 'list' || node.items.node.kind !== 'object') return undefined
  return { node: node.items.node, description: node.items.description, suffix: '[]' }
}

function row(name: string, schema: Schema<unknown>, required: boolean): string {
  const usual = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``
  const need = required ? ' **Required.**' : ''
  const must = schema.node.kind === 'string' ? schema.rules : []
  const said = [schema.description, ...must.map(({ message }) => `It ${message}.`)].join(' ')
  return `| \`${name}\` | ${type(schema.node)} | ${usual} | ${cell(said)}${need} |`
}

function type(node: Node): string {
  switch (node.kind) {
    case 'string':
      return node.enum
        ? node.enum.map(word => `\`${word}\``).join(', ')
        : `string, at most ${node.maxLength} characters`
    case 'integer':
      return `integer from ${node.minimum} to ${node.maximum}`
    case 'boolean':
      return 'boolean'
    case 'quantity':
      return `string or integer from ${node.minimum} to ${node.maximum}`
    case 'list':
      return `list of at most ${node.maxItems}${node.key === undefined ? '' : `, by \`${node.key}\``}`
    case 'object':
      return 'object'
    case 'map':
      return 'map'
  }
}

/** The rules of an object, or of a list and its items. */
function rules({ rules, node }: Schema<unknown>): readonly string[] {
  const own = node.kind === 'list' ? [...rules, ...node.items.rules] : rules
  if (own.length === 0) return []
  return ['Rules:', '', ...own.map(({ message }) => `- ${cell(message)}.`), '']
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*')
}
