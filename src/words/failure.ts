/**
 * Why a session did not reach, or did not survive, its backend. The kind alone decides what the
 * client is told, the log level, the metric label, and whether another endpoint is tried.
 */
export const failures = [
  /** No endpoint stands behind the listener. */
  'endpoints',
  /** The endpoint refused or dropped the connection before its greeting. */
  'connect',
  /** A deadline passed. */
  'timeout',
  /** The backend's TLS could not be agreed or verified. */
  'tls',
  /** The backend said what its protocol does not allow there. */
  'protocol',
  /** The backend would not take the client's identity from us. */
  'identity',
  /** The backend said that it cannot serve now (`NO [UNAVAILABLE]`, `-ERR [SYS/TEMP]`, 4xx). */
  'unavailable',
  /** The credentials were refused: the client's fault, and the only one that is. */
  'login',
  /** Our own settings, or the auth server's answer, cannot be carried out. */
  'config',
  /** A fault in this program. */
  'internal',
] as const

export type Failure = (typeof failures)[number]

/** Failures after which another endpoint may be tried: nothing was judged yet. */
export const retryable: ReadonlySet<Failure> = new Set(['connect', 'timeout', 'tls', 'unavailable'])
