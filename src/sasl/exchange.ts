import type { Mechanism } from '../words/mechanism.ts'

/**
 * One authentication exchange (RFC 4422), seen from the server: no I/O, and no base64, which each
 * protocol frames in its own way.
 */
export interface Exchange {
  /** `undefined`: the client sent no initial response, which an empty one is not. */
  next(response: Buffer | undefined): Turn
}

export type Turn =
  | { readonly kind: 'challenge'; readonly text: string; readonly next: Exchange }
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  | { readonly kind: 'invalid' }

/** Copies, the receiver's to zero. */
export interface Credentials {
  readonly mechanism: Mechanism
  readonly login: Buffer
  /** The password, or the digest of a challenge-response mechanism; empty where there is neither. */
  readonly password: Buffer
  /** The challenge that `password` is the digest for; else empty. */
  readonly salt: string
}

export const invalid: Turn = { kind: 'invalid' }

/** Asks with `text` and hands the answer to `then`; an initial response counts as the answer. */
export function ask(text: string, then: (response: Buffer) => Turn): Exchange {
  const asked: Exchange = { next: response => (response === undefined ? invalid : then(response)) }
  return {
    next: response =>
      response === undefined ? { kind: 'challenge', text, next: asked } : then(response),
  }
}
