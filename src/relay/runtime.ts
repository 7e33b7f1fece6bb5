import type { SecureContext } from 'node:tls'
import type { RelayConfig, ServerConfig, ServerSettings, Upstream } from '../config/config.ts'
import { asker } from '../protocol/auth-http.ts'
import type { Door, FrontSettings, Protocol } from '../protocol/protocol.ts'
import { protocols } from '../protocol/protocols.ts'
import { offered } from '../protocol/smtp/capabilities.ts'
import { type Balancer, balancer } from '../upstream/balancer.ts'
import { printEndpoint } from '../wire/address.ts'
import type { Wheel } from '../wire/wheel.ts'
import { admission, type Matcher, matcher } from './admission.ts'
import { AuthPool } from './auth-pool.ts'
import type { AuthService } from './auth-server.ts'
import type { Backends } from './backends.ts'
import type { RelayMetrics } from './shared.ts'
import { type Tallies, tallies } from './tallies.ts'
import { authContext, backendContext, type Contexts, contexts } from './tls.ts'
import type { KeyFault } from './tls-options.ts'

/**
 * A server block made ready to serve: its texts, its keys, its choice of endpoints. A new
 * configuration makes new ones; a session keeps the one that it began with.
 */
export interface Runtime {
  readonly config: ServerConfig
  readonly settings: ServerSettings
  readonly protocol: Protocol
  /** Octets that one command of a client may take. */
  readonly clientBuffer: number
  /** The texts of the front; SMTP's change with what the backends said in their last EHLO. */
  door(): Door
  readonly contexts: Contexts | undefined
  /** Whose PROXY header says who the client is. */
  readonly trusted: Matcher
  /** Whether a client is taken; `undefined`: everyone is. */
  readonly admits: Matcher | undefined
  /** Whom no limit holds for. */
  readonly exempt: Matcher
  readonly backendContext: SecureContext
  /** Who judges logins, if an auth server does. */
  readonly auth: AuthService | undefined
  readonly upstream: Upstream | undefined
  readonly balancer: Balancer | undefined
  /** The upstream's name, or the address of `proxy_pass`; of an auth server's choice, `auth_http`. */
  readonly backendName: string
  readonly tallies: Tallies
}

/** What all server blocks of a process share. */
interface Whole {
  readonly backends: Backends
  readonly metrics: RelayMetrics
  readonly wheel: Wheel
}

export function runtime(
  config: ServerConfig,
  of: RelayConfig,
  { backends, metrics, wheel }: Whole,
): Runtime | KeyFault {
  const { settings } = config
  const protocol = protocols[config.protocol]
  const front = frontSettings(config)
  const keys = needsKeys(config) ? contexts(settings) : undefined
  if (keys && 'reason' in keys) return keys
  const backContext = backendContext(settings)
  if ('reason' in backContext) return backContext
  const judgeContext = authContext(settings)
  if (judgeContext && 'reason' in judgeContext) return judgeContext
  const upstream = upstreamOf(settings, of)
  const backendName = upstream?.name ?? 'auth_http'
  return {
    config,
    settings,
    protocol,
    clientBuffer: front.clientBuffer,
    door: learns(config)
      ? learningDoor(protocol, front, upstream, backends)
      : constant(protocol.door(front)),
    contexts: keys,
    trusted: matcher(settings.set_real_ip_from.flatMap(({ networks }) => networks)),
    admits: admission(config.access),
    exempt: matcher(settings.limit_exempt.flatMap(({ networks }) => networks)),
    backendContext: backContext,
    auth: authService(config, judgeContext, wheel),
    upstream,
    balancer: upstream && balancer(upstream, server => backends.sessions(server)),
    backendName,
    tallies: tallies(metrics, protocol.name, backendName),
  }
}

function needsKeys({ settings, listens }: ServerConfig): boolean {
  return settings.starttls !== 'off' || listens.some(({ ssl }) => ssl)
}

function authService(
  { protocol, settings }: ServerConfig,
  context: SecureContext | undefined,
  wheel: Wheel,
): AuthService | undefined {
  const { auth_http: url, auth_http_keepalive: keep, auth_http_version: version } = settings
  if (!url) return undefined
  const request = asker({
    host: url.hostHeader,
    uri: url.uri,
    version,
    keeps: keep > 0,
    protocol,
    headers: settings.auth_http_header.map(({ name, value }) => [name, value]),
  })
  const pool = keep > 0 ? new AuthPool(keep, wheel) : undefined
  return { url, context, request, version, pool, timeout: settings.auth_http_timeout }
}

function upstreamOf({ proxy_pass: pass }: ServerSettings, of: RelayConfig): Upstream | undefined {
  if (!pass) return undefined
  if (pass.kind === 'upstream') return of.upstreams.get(pass.name)
  const { address, port } = pass
  const name = printEndpoint(address, port)
  const position = { file: '', line: 0, column: 0 }
  const server = { address, port, weight: 1, backup: false, down: false, draining: false }
  return {
    name,
    balance: 'round_robin',
    servers: [{ ...server, sslName: undefined }],
    position,
  }
}

function frontSettings({ protocol, settings }: ServerConfig): FrontSettings {
  const common = { serverName: settings.server_name, starttls: settings.starttls }
  switch (protocol) {
    case 'imap':
      return {
        ...common,
        mechanisms: settings.imap_auth,
        capabilities: settings.imap_capabilities,
        clientBuffer: settings.imap_client_buffer,
      }
    case 'pop3':
      return {
        ...common,
        mechanisms: settings.pop3_auth,
        capabilities: settings.pop3_capabilities,
        clientBuffer: settings.pop3_client_buffer,
      }
    case 'smtp':
      return {
        ...common,
        mechanisms: settings.smtp_auth,
        capabilities: settings.smtp_capabilities ?? [],
        clientBuffer: settings.smtp_client_buffer,
      }
  }
}

/** SMTP with fixed backends and no list of its own offers what those backends offer. */
function learns({ protocol, settings }: ServerConfig): boolean {
  return protocol === 'smtp' && settings.smtp_capabilities === undefined && !!settings.proxy_pass
}

function constant(door: Door): () => Door {
  return () => door
}

function learningDoor(
  protocol: Protocol,
  front: FrontSettings,
  upstream: Upstream | undefined,
  backends: Backends,
): () => Door {
  let version = -1
  let door: Door | undefined
  return () => {
    if (door && version === backends.version) return door
    version = backends.version
    const heard = (upstream?.servers ?? []).flatMap(server => {
      const { capabilities } = backends.facts(server)
      return capabilities ? [capabilities] : []
    })
    door = protocol.door({ ...front, capabilities: offered(heard) })
    return door
  }
}
