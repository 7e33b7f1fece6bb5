import { isHostName, isSubdomain } from './names.ts'
import { integer, list, object, oneOf, quantity, type Rule, text, type ValueOf } from './schema.ts'

const caRef = object(
  'Where the certificate authority lies that the backend is verified with: the key ca.crt, in PEM.',
  {
    needs: {
      kind: oneOf('What holds it.', ['ConfigMap', 'Secret']),
      name: text('Its name, in the namespace of the MailProxy.', {
        maxLength: 253,
        rules: [isSubdomain],
      }),
    },
    may: {},
  },
)

const mode = oneOf(
  'Auto: STARTTLS where the backend offers it, without verification, else plain. None: plain. StartTLS: STARTTLS, verified. Implicit: TLS from the first octet, verified.',
  ['Auto', 'None', 'StartTLS', 'Implicit'],
)

const tlsShape = {
  needs: { mode },
  may: {
    serverName: text(
      "The name that the backend's certificate must have. Default: <service>.<namespace>.svc.",
      { maxLength: 253, rules: [isHostName] },
    ),
    caRef,
  },
}

type BackendTls = ValueOf<typeof plainTls>
const plainTls = object('', tlsShape)

const verifies = (tls: BackendTls) => tls.mode === 'StartTLS' || tls.mode === 'Implicit'

const tlsRules: readonly Rule<BackendTls>[] = [
  {
    expression: "!(self.mode in ['StartTLS', 'Implicit']) || has(self.caRef)",
    message: 'StartTLS and Implicit verify the backend: name its certificate authority in caRef',
    fieldPath: '.caRef',
    holds: self => !verifies(self) || self.caRef !== undefined,
  },
  {
    expression:
      "self.mode in ['StartTLS', 'Implicit'] || !(has(self.caRef) || has(self.serverName))",
    message:
      'Auto and None verify nothing: leave out caRef and serverName, or use StartTLS or Implicit',
    fieldPath: '.mode',
    holds: self => verifies(self) || (self.caRef === undefined && self.serverName === undefined),
  },
]

const backendRef = object('A port of a Service.', {
  needs: {
    name: text('The name of the Service, in the namespace of the MailProxy.', {
      maxLength: 63,
      rules: [isSubdomain],
    }),
    port: quantity("The Service's port, by number or by name.", {
      minimum: 1,
      maximum: 65_535,
      maxLength: 63,
      pattern: {
        expression: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
        message: 'must be the number or the name of a port',
      },
    }),
  },
  may: {
    weight: integer('The share of new sessions that this Service gets. Default: 1.', {
      minimum: 0,
      maximum: 1000,
    }),
    tls: object('How the connection to the backend is secured. Default: mode Auto.', tlsShape, {
      rules: tlsRules,
    }),
  },
})

export type BackendRef = ValueOf<typeof backendRef>

const modeOf = (ref: BackendRef | undefined) => ref?.tls?.mode ?? 'Auto'
const caOf = (ref: BackendRef | undefined) => ref?.tls?.caRef

const rules: readonly Rule<readonly BackendRef[]>[] = [
  {
    // To compare two quantities costs too much in CEL.
    message: 'each port of a Service may stand here once: use weight to give it a larger share',
    holds: self =>
      self.every(a => self.filter(b => a.name === b.name && a.port === b.port).length === 1),
  },
  {
    expression:
      "self.all(r, (has(r.tls) ? r.tls.mode : 'Auto') == (has(self[0].tls) ? self[0].tls.mode : 'Auto'))",
    message: 'the backends of one listener must all have the same tls.mode',
    holds: self => self.every(ref => modeOf(ref) === modeOf(self[0])),
  },
  {
    expression:
      'self.all(r, has(r.tls) && has(r.tls.caRef) && has(self[0].tls) && has(self[0].tls.caRef) ? r.tls.caRef == self[0].tls.caRef : true)',
    message: 'the backends of one listener must all have the same tls.caRef',
    holds: self =>
      self.every(ref => {
        const [own, first] = [caOf(ref), caOf(self[0])]
        return !own || !first || (own.kind === first.kind && own.name === first.name)
      }),
  },
]

/** `backendRefs`, in `spec` and in a listener, whose own replaces the whole list. */
export const backendRefs = (where: string) =>
  list(where, backendRef, { minItems: 1, maxItems: 16, rules })
