import type { Position } from '../directives/syntax.ts'
import type { Mechanism } from '../words/mechanism.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { BackendTls, StartTls } from '../words/starttls.ts'

/** One `listen` of one server block. */
export interface Listen {
  /** An IPv4 or IPv6 address in canonical form without brackets; `0.0.0.0` and `::` are every address of their family. */
  readonly address: string
  readonly port: number
  /** The port that clients use: `public=`, else `port`. */
  readonly public: number
  /** TLS from the first octet. */
  readonly ssl: boolean
  /** `name=`: what the log, the metrics and the answers call it; else `address:port`. */
  readonly name: string
  readonly position: Position
}

/** `auth_http`, taken apart: where to ask and what to ask for. */
export interface AuthHttp {
  /** A literal address or a host name; for `unix:` the path. */
  readonly host: string
  readonly port: number
  readonly unix: boolean
  /** The `Host` header: the host part without its port, `localhost` for `unix:`. */
  readonly hostHeader: string
  readonly uri: string
}

export interface CertificateFile {
  /** An absolute path. */
  readonly file: string
  /** The host names that it is for; empty: those that the certificate names. */
  readonly hosts: readonly string[]
}

export type ProxyPass =
  | { readonly kind: 'upstream'; readonly name: string }
  /** Literal addresses only; a host name is written in an `upstream`. */
  | { readonly kind: 'address'; readonly address: string; readonly port: number }

/** `error_log FILE|stderr [LEVEL]`. */
export interface ErrorLog {
  /** An absolute path, or `stderr`. */
  readonly target: string
  readonly level: LogLevel
}

export const logLevels = [
  'debug',
  'info',
  'notice',
  'warn',
  'error',
  'crit',
  'alert',
  'emerg',
] as const
export type LogLevel = (typeof logLevels)[number]

/** The directives of one server block, inherited and defaulted, by name. Times in ms, sizes in octets. */
export interface ServerSettings {
  readonly server_name: string
  readonly timeout: number
  readonly max_errors: number
  readonly proxy: boolean
  readonly proxy_buffer: number
  readonly proxy_pass_error_message: boolean
  readonly proxy_timeout: number
  readonly proxy_smtp_auth: boolean
  readonly xclient: boolean
  readonly auth_http: AuthHttp | undefined
  readonly auth_http_header: readonly { readonly name: string; readonly value: string }[]
  readonly auth_http_timeout: number
  readonly starttls: StartTls
  readonly ssl_certificate: readonly CertificateFile[]
  readonly ssl_certificate_key: readonly string[]
  readonly ssl_protocols: readonly string[]
  readonly ssl_ciphers: string
  readonly imap_capabilities: readonly string[]
  readonly imap_auth: readonly Mechanism[]
  readonly imap_client_buffer: number
  readonly pop3_capabilities: readonly string[]
  readonly pop3_auth: readonly Mechanism[]
  /** `undefined`: not set at any level; with `proxy_pass`, what the backends said then counts. */
  readonly smtp_capabilities: readonly string[] | undefined
  readonly smtp_auth: readonly Mechanism[]
  readonly smtp_client_buffer: number
  readonly smtp_greeting_delay: number
  readonly proxy_pass: ProxyPass | undefined
  readonly proxy_connect_timeout: number
  readonly proxy_next_upstream_tries: number
  readonly proxy_ssl: BackendTls
  readonly proxy_ssl_verify: boolean
  readonly proxy_ssl_trusted_certificate: string | undefined
  readonly proxy_ssl_name: string | undefined
  readonly proxy_identity: boolean
  readonly resolver: 'off' | 'system'
  readonly error_log: readonly ErrorLog[]
}

export interface ServerConfig {
  readonly protocol: ProtocolName
  readonly listens: readonly Listen[]
  readonly settings: ServerSettings
  readonly position: Position
}

export const balances = ['round_robin', 'least_conn'] as const
export type Balance = (typeof balances)[number]

/** One `server` of an `upstream`. */
export interface UpstreamServer {
  /** A literal address in canonical form without brackets. */
  readonly address: string
  readonly port: number
  readonly weight: number
  readonly backup: boolean
  readonly down: boolean
  readonly draining: boolean
  /** `ssl_name=`: the name that this server's certificate must have, before `proxy_ssl_name`. */
  readonly sslName: string | undefined
}

export interface Upstream {
  readonly name: string
  readonly balance: Balance
  readonly servers: readonly UpstreamServer[]
  readonly position: Position
}

export interface MainSettings {
  readonly error_log: readonly ErrorLog[]
  /** An absolute path. */
  readonly pid: string | undefined
  readonly worker_shutdown_timeout: number
}

/** Something that is accepted and has no effect, or not the one that a reader may expect. */
export interface Notice {
  readonly position: Position
  readonly text: string
}

/** All that a relay runs on: the meaning of one text. */
export interface RelayConfig {
  readonly main: MainSettings
  readonly servers: readonly ServerConfig[]
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly notices: readonly Notice[]
}
