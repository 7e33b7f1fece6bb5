import type { Row } from '../directives/row.ts'
import type { Balance } from '../directives/rows/upstream.ts'
import type { ErrorLog } from '../directives/shapes/error-log.ts'
import type { Listening } from '../directives/shapes/listen.ts'
import type { UpstreamServer } from '../directives/shapes/upstream-server.ts'
import type { Position } from '../directives/syntax.ts'
import type { settingRows } from '../directives/table.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { AccessRule } from './access.ts'

export type { Balance } from '../directives/rows/upstream.ts'
export type { AuthHttp } from '../directives/shapes/auth-http.ts'
export type { CertificateFile } from '../directives/shapes/certificate.ts'
export type { ConfCommand, ConfOption } from '../directives/shapes/conf-command.ts'
export type { ErrorLog, LogLevel } from '../directives/shapes/error-log.ts'
export type { KeepAlive } from '../directives/shapes/keep-alive.ts'
export type { LoginLimit, SessionLimit } from '../directives/shapes/limit.ts'
export type { Network, Networks } from '../directives/shapes/network.ts'
export type { ProxyPass } from '../directives/shapes/proxy-pass.ts'
export type { Resolver } from '../directives/shapes/resolver.ts'
export type { UpstreamServer } from '../directives/shapes/upstream-server.ts'
export type { AccessRule } from './access.ts'

/**
 * One socket of one server block; addresses are canonical, `0.0.0.0` and `::` every one of their
 * family, `unix:` and a path a Unix socket.
 */
export interface Listen extends Listening {
  readonly position: Position
}

type Settings = typeof settingRows

/** The directives of one server block, inherited and defaulted, by name. Times in ms, sizes in octets. */
export type ServerSettings = {
  readonly [Name in keyof Settings]: Settings[Name] extends Row<infer Value> ? Value : never
}

export interface ServerConfig {
  readonly protocol: ProtocolName
  readonly listens: readonly Listen[]
  readonly settings: ServerSettings
  /** `allow` and `deny`, in their order. */
  readonly access: readonly AccessRule[]
  readonly position: Position
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
