import type { Listener, MailProxy } from '../api/mail-proxy.ts'
import type { Lookup } from './lookup.ts'
import type { Pairs } from './pairs.ts'

/** What is judged: one listener, and all that may be looked at for it. */
export interface Subject {
  readonly proxy: MailProxy
  readonly listener: Listener
  readonly lookup: Lookup
  readonly pairs: Pairs
  /** Whether endpoints may be loopback and link-local addresses. */
  readonly localEndpoints: boolean
}

/** `auth` of the listener, whose own replaces that of `spec`. */
export const authOf = ({ proxy, listener }: Subject) => listener.auth ?? proxy.spec.auth

/** Another object of the same namespace, as messages name it. */
export const keyOf = ({ proxy }: Subject, name: string) => `${proxy.metadata.namespace}/${name}`
