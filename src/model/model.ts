/** The nouns between the objects and the text. Everything in here is resolved and known to work. */
import type { Directive } from '../directives/syntax.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { BackendTls, StartTls } from '../words/starttls.ts'

/** One listener of one object. */
export interface Server {
  /** `namespace/name/listener`: by it every answer of the relay finds its object. */
  readonly id: string
  readonly protocol: ProtocolName
  /** The port that clients use. */
  readonly publicPort: number
  /** The port that the relay binds. */
  readonly port: number
  readonly front: Front
  readonly auth: Auth
  /** Whether the backends are told who the client is. */
  readonly identified: boolean
  readonly backend: Backend
  /** `access` and `limits`. */
  readonly guard: readonly Directive[]
  /** The directives that have a field of their own, where they are not as nginx's default. */
  readonly directives: readonly Directive[]
}

/** TLS toward the client. */
export interface Front {
  readonly implicit: boolean
  readonly starttls: StartTls
  /** The first one is shown to clients that ask for no name; empty without TLS. */
  readonly certificates: readonly Certificate[]
}

export interface Certificate {
  readonly pair: KeyPair
  /** The names that it is for; empty: those that it holds. */
  readonly hosts: readonly string[]
}

/** A certificate chain and its key, which fit each other. */
export interface KeyPair {
  /** Both, in PEM. */
  readonly file: File
  /** The DNS names that the certificate holds. */
  readonly names: readonly string[]
  /** Milliseconds since 1970. */
  readonly notAfter: number
  readonly notBefore: number
  /** When the first of the certificates behind the leaf's ends, if there are any. */
  readonly chainNotAfter: number
  /** Whether each certificate was issued by the one behind it. */
  readonly inOrder: boolean
}

/** A file that the text names, named by its content. */
export interface File {
  readonly name: string
  readonly content: string
}

export type Auth =
  | { readonly kind: 'passthrough' }
  | { readonly kind: 'none' }
  | {
      readonly kind: 'http'
      readonly url: string
      /** In nginx's words; `undefined`: its default. */
      readonly timeout: string | undefined
      readonly headers: readonly Header[]
      /** Whether a value among the headers is a secret: then they all stand in a file of their own. */
      readonly secret: boolean
    }

/** A header for the auth server. */
export interface Header {
  readonly name: string
  readonly value: string
}

export interface Backend {
  readonly endpoints: readonly WeightedEndpoint[]
  readonly tls: BackendTls
  /** Where set, the backend is verified with these authorities. */
  readonly authority: File | undefined
  /** Directives of the `upstream` block. */
  readonly directives: readonly Directive[]
}

export interface Endpoint {
  /** In canonical form, without brackets. */
  readonly address: string
  readonly port: number
  /** Leaving: used only where no other is left. */
  readonly draining: boolean
}

export interface WeightedEndpoint extends Endpoint {
  readonly weight: number
  /** The name that its certificate must have; only where the backend is verified. */
  readonly sslName: string | undefined
}
