/** The rules of a MailProxy that look at more than one field; each in CEL and as a function. */
import type { Rule } from './schema.ts'

/** What the rules see of a listener and of `spec`. */
interface Listener {
  readonly name: string
  readonly protocol: 'IMAP' | 'POP3' | 'SMTP'
  readonly port: number
  readonly tls?: string | undefined
  readonly auth?: { readonly type: string } | undefined
  readonly backendRefs?: readonly unknown[] | undefined
}

interface Spec {
  readonly auth: { readonly type: string }
  readonly tls?: readonly unknown[] | undefined
  readonly backendRefs?: readonly unknown[] | undefined
  readonly listeners: readonly Listener[]
}

const authOf = (spec: Spec, listener: Listener) => (listener.auth ?? spec.auth).type
const authExpression = '(has(l.auth) ? l.auth.type : self.auth.type)'

export const listenersRules: readonly Rule<readonly Listener[]>[] = [
  {
    expression: 'self.all(a, self.exists_one(b, a.port == b.port))',
    message: 'each listener must have a port of its own',
    holds: self => self.every(a => self.filter(b => a.port === b.port).length === 1),
  },
]

export const specRules: readonly Rule<Spec>[] = [
  {
    expression: `self.listeners.all(l, has(l.tls) || ${authExpression} == 'None')`,
    message:
      'each listener where clients log in must say its tls: None, StartTLS, StartTLSRequired or Implicit',
    fieldPath: '.listeners',
    holds: self => self.listeners.every(l => l.tls !== undefined || authOf(self, l) === 'None'),
  },
  {
    expression:
      "self.listeners.all(l, !has(l.tls) || l.tls == 'None' || (has(self.tls) && size(self.tls) > 0))",
    message: 'a listener with TLS needs a certificate: name its Secret in spec.tls',
    fieldPath: '.listeners',
    holds: self =>
      self.listeners.every(
        l => l.tls === undefined || l.tls === 'None' || (self.tls?.length ?? 0) > 0,
      ),
  },
  {
    expression: `self.listeners.all(l, l.protocol == 'SMTP' || ${authExpression} != 'None')`,
    message: 'auth.type None is for SMTP: an IMAP or POP3 client must log in',
    fieldPath: '.listeners',
    holds: self => self.listeners.every(l => l.protocol === 'SMTP' || authOf(self, l) !== 'None'),
  },
  {
    expression: 'has(self.backendRefs) || self.listeners.all(l, has(l.backendRefs))',
    message: 'each listener needs backendRefs: its own, or those of spec',
    fieldPath: '.listeners',
    holds: self =>
      self.backendRefs !== undefined ||
      self.listeners.every(listener => listener.backendRefs !== undefined),
  },
]
