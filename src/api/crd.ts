/** The CRDs as plain objects, made from the schemas; `npm run generate` prints them. */
import { mailProxySpec } from './mail-proxy.ts'
import { mailProxyClassSpec, mailProxyClassStatus } from './mail-proxy-class.ts'
import { mailProxyStatus } from './mail-proxy-status.ts'
import type { Node, Pattern, Rule, Schema } from './schema.ts'

/** The release that the CRDs belong to: a controller compares it with what is installed. */
export const bundleVersion = '0.1.0'

type Printed = Readonly<Record<string, unknown>>

/** A column of `kubectl get`. */
interface Column {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly priority?: number
}

const condition = (type: string, field = 'status') =>
  `.status.conditions[?(@.type=="${type}")].${field}`

const mailProxyColumns: readonly Column[] = [
  { name: 'Class', type: 'string', jsonPath: '.spec.mailProxyClassName' },
  { name: 'Address', type: 'string', jsonPath: '.status.addresses[0].value' },
  { name: 'Accepted', type: 'string', jsonPath: condition('Accepted') },
  { name: 'Programmed', type: 'string', jsonPath: condition('Programmed') },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Reason', type: 'string', jsonPath: condition('Accepted', 'reason'), priority: 1 },
  { name: 'Message', type: 'string', jsonPath: condition('Accepted', 'message'), priority: 1 },
]

const classColumns: readonly Column[] = [
  { name: 'Controller', type: 'string', jsonPath: '.spec.controller' },
  { name: 'Accepted', type: 'string', jsonPath: condition('Accepted') },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  { name: 'Reason', type: 'string', jsonPath: condition('Accepted', 'reason'), priority: 1 },
  { name: 'Message', type: 'string', jsonPath: condition('Accepted', 'message'), priority: 1 },
]

export const crds: readonly Printed[] = [
  crd({
    kind: 'MailProxy',
    plural: 'mailproxies',
    shortNames: ['mp'],
    scope: 'Namespaced',
    columns: mailProxyColumns,
    extra: {
      subresources: { status: {} },
      selectableFields: [{ jsonPath: '.spec.mailProxyClassName' }],
    },
    root: root(
      'A mail proxy: IMAP, POP3 and SMTP ports, how they are secured, and the Services behind them.',
      { spec: printed(mailProxySpec), status: printed(mailProxyStatus) },
    ),
  }),
  crd({
    kind: 'MailProxyClass',
    plural: 'mailproxyclasses',
    shortNames: ['mpc'],
    scope: 'Cluster',
    columns: classColumns,
    extra: { subresources: { status: {} } },
    root: root('A class of MailProxies: which controller serves them.', {
      spec: printed(mailProxyClassSpec),
      status: printed(mailProxyClassStatus),
    }),
  }),
]

interface Kind {
  readonly kind: string
  readonly plural: string
  readonly shortNames: readonly string[]
  readonly scope: 'Namespaced' | 'Cluster'
  readonly columns: readonly Column[]
  readonly extra: Printed
  readonly root: Printed
}

function crd({ kind, plural, shortNames, scope, columns, extra, root }: Kind): Printed {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.postern.dev`,
      annotations: { 'postern.dev/bundle-version': bundleVersion },
      labels: { 'app.kubernetes.io/part-of': 'postern' },
    },
    spec: {
      group: 'postern.dev',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        shortNames,
        categories: ['postern'],
      },
      scope,
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          ...extra,
          schema: { openAPIV3Schema: root },
        },
      ],
    },
  }
}

function root(description: string, own: Printed): Printed {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'postern.dev/v1alpha1.' },
      kind: { type: 'string', description: 'The kind of the object.' },
      metadata: { type: 'object' },
      ...own,
    },
  }
}

/** A schema in OpenAPI's words. */
export function printed(schema: Schema<unknown>): Printed {
  const { description } = schema
  const rules = schema.rules.filter(({ expression }) => expression !== undefined)
  return {
    ...(description === '' ? {} : { description }),
    ...node(schema.node),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(rules.length === 0 ? {} : { 'x-kubernetes-validations': rules.map(validation) }),
  }
}

function validation({ expression, message, fieldPath }: Rule<unknown>): Printed {
  return { rule: expression, message, ...(fieldPath === undefined ? {} : { fieldPath }) }
}

function patternOf({ pattern }: { readonly pattern?: Pattern }): Printed {
  return pattern ? { pattern: pattern.expression } : {}
}

function node(shape: Node): Printed {
  switch (shape.kind) {
    case 'string':
      return shape.enum
        ? { type: 'string', enum: shape.enum, maxLength: shape.maxLength }
        : {
            type: 'string',
            minLength: shape.minLength,
            maxLength: shape.maxLength,
            ...patternOf(shape),
          }
    case 'integer': {
      const format = shape.maximum > 2 ** 31 - 1 ? 'int64' : 'int32'
      return { type: 'integer', format, minimum: shape.minimum, maximum: shape.maximum }
    }
    case 'boolean':
      return { type: 'boolean' }
    case 'quantity': {
      const { minimum, maximum, maxLength } = shape
      const bounds = { minimum, maximum, minLength: 1, maxLength, ...patternOf(shape) }
      return { 'x-kubernetes-int-or-string': true, ...bounds }
    }
    case 'list':
      return {
        type: 'array',
        ...(shape.minItems > 0 ? { minItems: shape.minItems } : {}),
        maxItems: shape.maxItems,
        ...(shape.key === undefined
          ? { 'x-kubernetes-list-type': 'atomic' }
          : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [shape.key] }),
        items: printed(shape.items),
      }
    case 'object':
      return {
        type: 'object',
        ...(shape.required.size > 0 ? { required: [...shape.required] } : {}),
        properties: Object.fromEntries(
          Object.entries(shape.properties).map(([name, schema]) => [name, printed(schema)]),
        ),
      }
    case 'map':
      return {
        type: 'object',
        maxProperties: shape.maxProperties,
        additionalProperties: printed(shape.values),
      }
  }
}
