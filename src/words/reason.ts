/**
 * The conditions of a MailProxy and of each of its listeners: Gateway API's three, and one of ours
 * that stands on the object alone, and only where an API server holds it.
 */
export const conditionTypes = ['Accepted', 'ResolvedRefs', 'Programmed', 'BackendsTrusted'] as const
export type ConditionType = (typeof conditionTypes)[number]

/** Why a condition stands as it does: the closed list, with what each means. */
export const reasons = {
  /** Accepted: every listener was taken. */
  Accepted: 'the object was taken as it is',
  /** Accepted: some listeners were taken, the message says which were not and why. */
  PartiallyInvalid: 'some listeners were taken and some were not',
  /** Accepted: nothing was taken, or a field of the object is wrong. */
  Invalid: 'the object is not valid',
  /** Accepted: an older object owns the port. */
  Conflicted: 'an older object owns the port',
  /** Accepted of a MailProxyClass: it is marked as the default, and an older one is the default. */
  DefaultIgnored: 'an older class is the default one',
  /** All: no controller, or no relay, has answered yet. */
  Pending: 'the relay has not answered yet',
  /** ResolvedRefs: everything that the object names was found. */
  ResolvedRefs: 'everything that the object names was found',
  /** ResolvedRefs: a Secret of `tls` does not exist. */
  SecretNotFound: 'a Secret of tls does not exist',
  /** ResolvedRefs: a Secret of `tls` holds no certificate and key that fit each other. */
  InvalidCertificate: 'a Secret of tls holds no usable pair of certificate and key',
  /** ResolvedRefs: a Service of `backendRefs` does not exist. */
  BackendNotFound: 'a Service of backendRefs does not exist',
  /** ResolvedRefs: the Service has no such port. */
  BackendPortNotFound: 'a Service of backendRefs has no such port',
  /** ResolvedRefs: the Service is of a kind that cannot be a backend. */
  UnsupportedBackend: 'a Service of backendRefs cannot be a backend',
  /** ResolvedRefs: nothing stands behind the Service now. */
  NoEndpoints: 'no endpoint stands behind the listener',
  /** ResolvedRefs: the object of a `caRef` or its `ca.crt` is missing or holds no certificate. */
  InvalidAuthority: 'the ca.crt that a backend is verified with is missing or not usable',
  /** ResolvedRefs: a Secret's value for an auth_http header is missing or not usable. */
  InvalidHeader: 'the value of a header for the auth server is missing or not usable',
  /** Programmed: the relay runs it. */
  Programmed: 'the relay runs it',
  /** Programmed: the relay could not open it. */
  ListenerFailed: 'the relay could not open the listener',
  /** Programmed: the relay goes on with what it had. */
  ListenerKept: 'the relay goes on with what it had',
  /** Programmed: the relay refused the whole text. */
  TextRefused: 'the relay refused the whole text',
  /** Programmed: the listener was left out, the other conditions say why. */
  NotPublished: 'left out, the other conditions say why',
  /** Programmed: some pods of the published Service run another text. */
  PodsDiffer: 'some pods run another text',
  /** Programmed: some pods of the published Service do not say what they run. */
  PodsUnreachable: 'some pods do not say what they run',
  /** Programmed: the published Service has no such port. */
  PortNotPublished: 'the published Service has no such port',
  /** BackendsTrusted: every backend that was met believes who the client is, over TLS. */
  BackendsTrusted: 'every backend that was met believes who the client is',
  /** BackendsTrusted: no session has met a backend yet. */
  NoBackendSeen: 'no session has met a backend yet',
  /** BackendsTrusted: a backend refused to be told who the client is. */
  IdentityRefused: 'a backend refused to be told who the client is',
  /** BackendsTrusted: a backend does not hear, or does not believe, who the client is. */
  IdentityIgnored: 'a backend does not know who the client is',
  /** BackendsTrusted: credentials travel to a backend in clear text. */
  PlaintextBackend: 'credentials travel to a backend in clear text',
} as const

export type Reason = keyof typeof reasons
