import { printAddressPort } from '../directives/address.ts'
import { escaped } from '../directives/error.ts'
import { authHttp } from '../directives/shapes/auth-http.ts'
import { covering, listeners } from './binding.ts'
import type { Listen, RelayConfig, ServerConfig } from './config.ts'

/** What a configuration would do, for `-t`: a line for each listener, then one for each notice. */
export function summary(config: RelayConfig): readonly string[] {
  const all = listeners(config)
  const wide = covering(all.map(({ listen }) => listen))
  const lines = all.map(({ listen, server }) =>
    [
      `${server.protocol} on ${place(listen, wide(listen))}`,
      ...(listen.proxyProtocol ? ['behind a PROXY header'] : []),
      tls(listen, server),
      judge(server),
      destination(server, config),
    ].join(', '),
  )
  const notices = config.notices.map(
    ({ position: { file, line, column }, text }) =>
      `notice: ${escaped(file)}:${line}:${column}: ${text}`,
  )
  const none = 'nothing would listen: there is no "server" in a "mail" block'
  return [...(lines.length > 0 ? lines : [none]), ...notices]
}

function place(listen: Listen, wide: Listen | undefined): string {
  const own = printAddressPort(listen)
  const more = [
    ...(wide ? [`through ${printAddressPort(wide)}`] : []),
    ...(listen.public === listen.port ? [] : [`clients use ${listen.public}`]),
    ...(listen.name === own ? [] : [`named ${listen.name}`]),
  ]
  return more.length > 0 ? `${own} (${more.join(', ')})` : own
}

const startTls = {
  off: 'clear text',
  on: 'STARTTLS offered',
  only: 'STARTTLS required',
} as const

function tls({ ssl }: Listen, { settings }: ServerConfig): string {
  return ssl ? 'TLS from the first octet' : startTls[settings.starttls]
}

function judge({ protocol, settings }: ServerConfig): string {
  if (settings.auth_http) return `judged by ${authHttp.print(settings.auth_http).join('')}`
  const open = protocol === 'smtp' && settings.smtp_auth.includes('none')
  if (!open) return 'judged by the backend'
  return settings.smtp_auth.length === 1 ? 'no login' : 'no login, or one judged by the backend'
}

function destination({ settings }: ServerConfig, { upstreams }: RelayConfig): string {
  const { proxy_pass } = settings
  if (!proxy_pass) return 'to where the auth server says'
  if (proxy_pass.kind === 'address') return `to ${printAddressPort(proxy_pass)}`
  const count = upstreams.get(proxy_pass.name)?.servers.length ?? 0
  return `to upstream ${proxy_pass.name} (${count} ${count === 1 ? 'server' : 'servers'})`
}
