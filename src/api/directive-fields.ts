/**
 * The directives that have a field of their own: in `spec` with nginx's default, in a listener
 * without one. Their schemas come from the directives' table.
 */
import { isHostName } from './names.ts'
import { isDuration, isSize } from './quantities.ts'
import {
  flag,
  integer,
  list,
  matches,
  oneOf,
  type Properties,
  quantity,
  type Schema,
  text,
} from './schema.ts'

export type FieldValue = string | number | boolean | readonly string[]

export interface DirectiveField {
  readonly field: string
  readonly directive: string
  readonly kind: 'duration' | 'size' | 'flag' | 'integer' | 'name' | 'words' | 'balance'
  readonly default?: FieldValue
  readonly description: string
}

const fields: readonly DirectiveField[] = [
  {
    field: 'serverName',
    directive: 'server_name',
    kind: 'name',
    description:
      'The name that greetings show and backends are told. Default: the host name of the relay.',
  },
  {
    field: 'timeout',
    directive: 'timeout',
    kind: 'duration',
    default: '60s',
    description: 'How long a client has from the greeting to its login.',
  },
  {
    field: 'maxErrors',
    directive: 'max_errors',
    kind: 'integer',
    default: 5,
    description: 'How many lines that are no command a client may send.',
  },
  {
    field: 'proxyBuffer',
    directive: 'proxy_buffer',
    kind: 'size',
    default: '4k',
    description: "How long a backend's login reply may be, and how much is held per direction.",
  },
  {
    field: 'proxyPassErrorMessage',
    directive: 'proxy_pass_error_message',
    kind: 'flag',
    default: false,
    description: "Whether a backend's own error reply at login is passed on.",
  },
  {
    field: 'proxyTimeout',
    directive: 'proxy_timeout',
    kind: 'duration',
    default: '24h',
    description: 'How long a session may be silent after its login.',
  },
  {
    field: 'xclient',
    directive: 'xclient',
    kind: 'flag',
    default: true,
    description: 'Whether SMTP backends are told the client by XCLIENT.',
  },
  {
    field: 'imapCapabilities',
    directive: 'imap_capabilities',
    kind: 'words',
    default: ['IMAP4', 'IMAP4rev1', 'UIDPLUS'],
    description: 'The IMAP capabilities.',
  },
  {
    field: 'balance',
    directive: 'balance',
    kind: 'balance',
    default: 'RoundRobin',
    description: 'How sessions are shared among endpoints.',
  },
]

const word = text('A word.', {
  maxLength: 128,
  rules: [matches('^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$', 'must be printable ASCII')],
})

const shapes: Readonly<Record<DirectiveField['kind'], (field: DirectiveField) => Schema<unknown>>> =
  {
    duration: ({ description }) =>
      quantity(description, {
        minimum: 0,
        maximum: 1_000_000_000,
        maxLength: 32,
        rules: [isDuration],
      }),
    size: ({ description }) =>
      quantity(description, { minimum: 0, maximum: 1_000_000_000, maxLength: 16, rules: [isSize] }),
    flag: ({ description }) => flag(description),
    integer: ({ description }) => integer(description, { minimum: 0, maximum: 1_000_000 }),
    name: ({ description }) => text(description, { maxLength: 253, rules: [isHostName] }),
    words: ({ description }) => list(description, word, { maxItems: 64 }),
    balance: ({ description }) => oneOf(description, ['RoundRobin', 'LeastConn']),
  }

/** The fields as they stand in a listener. */
export const listenerFields: Properties = Object.fromEntries(
  fields.map(field => [field.field, shapes[field.kind](field)]),
)

/** The same fields as they stand in `spec`. */
export const specFields: Properties = Object.fromEntries(
  fields.map(field => [
    field.field,
    field.default === undefined
      ? shapes[field.kind](field)
      : { ...shapes[field.kind](field), default: field.default },
  ]),
)
