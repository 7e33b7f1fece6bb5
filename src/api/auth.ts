import { duration } from './duration.ts'
import { isSubdomain } from './names.ts'
import { list, matches, object, oneOf, quantity, type Rule, text, type ValueOf } from './schema.ts'

const secretKeyRef = object('A key of a Secret, in the namespace of the MailProxy.', {
  needs: {
    name: text('The name of the Secret.', { maxLength: 253, rules: [isSubdomain] }),
    key: text('The key in its data.', {
      maxLength: 253,
      rules: [matches('^[-._a-zA-Z0-9]+$', 'must be letters, digits, "-", "_" and "."')],
    }),
  },
  may: {},
})

const headerShape = {
  needs: {
    name: text('The name of the header.', {
      maxLength: 64,
      rules: [matches("^[-!#$%&'*+.^_`|~0-9A-Za-z]+$", 'must be a header name (RFC 9110)')],
    }),
  },
  may: {
    value: text('The value, as it is sent.', {
      minLength: 0,
      maxLength: 1024,
      rules: [matches('^[\\x20-\\x7e]*$', 'must be printable ASCII')],
    }),
    valueFrom: object('Where the value comes from, if it is a secret.', {
      needs: { secretKeyRef },
      may: {},
    }),
  },
}

type Header = ValueOf<typeof plainHeader>
const plainHeader = object('', headerShape)

const header = object('A header.', headerShape, {
  rules: [
    {
      expression: 'has(self.value) != has(self.valueFrom)',
      message: 'exactly one of value and valueFrom must be there',
      holds: (self: Header) => (self.value === undefined) !== (self.valueFrom === undefined),
    },
  ],
})

const http = object("The auth server of type HTTP, spoken to in nginx's auth_http protocol.", {
  needs: {
    url: text('Where to ask: http://HOST[:PORT][/PATH].', {
      maxLength: 1024,
      rules: [
        matches(
          '^http://([-_.A-Za-z0-9]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[\\x21-\\x7e]*)?$',
          'must be http://HOST[:PORT][/PATH], for example http://auth.mail.svc:8080/auth',
        ),
      ],
    }),
  },
  may: {
    timeout: quantity('How long one answer may take (auth_http_timeout). Default: 60s.', {
      minimum: 0,
      maximum: 86_400,
      maxLength: 16,
      pattern: duration,
    }),
    headers: list('Headers that are added to each request (auth_http_header).', header, {
      maxItems: 16,
    }),
  },
})

const shape = {
  needs: {
    type: oneOf(
      "Passthrough: the backend judges the client's own credentials. HTTP: an auth server judges. None: SMTP without login, for MX.",
      ['Passthrough', 'HTTP', 'None'],
    ),
  },
  may: { http },
}

export type Auth = ValueOf<typeof plainAuth>
const plainAuth = object('', shape)

const rules: readonly Rule<Auth>[] = [
  {
    expression: "(self.type == 'HTTP') == has(self.http)",
    message: 'http must be there where type is HTTP, and nowhere else',
    fieldPath: '.http',
    holds: self => (self.type === 'HTTP') === (self.http !== undefined),
  },
]

/** `auth`, in `spec` (with its default) and in a listener, whose own replaces the whole value. */
export const auth = (description: string, common: { readonly default?: Auth } = {}) =>
  object(description, shape, { ...common, rules })
