import type { KeyPair } from './certificate.ts'
import { asking, kindOf, type Port, type PortNumbers, type Protocol } from './ports.ts'

/** What a proxy is told of the machine it runs on. */
export interface Setting {
  /** The proxy's own folder. */
  readonly dir: string
  readonly ports: PortNumbers
  readonly backends: Readonly<Record<Protocol, number>>
  readonly auth: number
  readonly certificate: KeyPair
  /** The limit of open files. */
  readonly files: number
  /** How long a session may wait before its login: what a reload changes. */
  readonly patience: '1m' | '2m'
}

/** SMTP logins are said again to the backend, as those of the other protocols are. */
const alike = 'xclient off; proxy_smtp_auth on;'

/** The mail block that every proxy runs, with more directives and servers where asked for. */
function mailBlock(setting: Setting, directives: string, servers = ''): string {
  const { auth, certificate, patience } = setting
  const own = asking.map(port => server(setting, port, `auth_http 127.0.0.1:${auth}/auth;`))
  return `mail {
    server_name bench.example.com;
    ssl_certificate ${certificate.certificate};
    ssl_certificate_key ${certificate.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    timeout ${patience};
    ${alike}
    ${directives}
    ${own.join('\n    ')}
    ${servers}
}
`
}

/** Where it goes stands in each server: one that passes through must not inherit an auth server. */
function server({ ports }: Setting, port: Port, target: string): string {
  const { protocol, tls } = kindOf[port]
  return `server {
        listen 127.0.0.1:${ports[port]}${tls ? ' ssl' : ''};
        protocol ${protocol};
        ${target}
    }`
}

/** Where Debian puts the mail module; by its full path, since the run has a prefix of its own. */
export const mailModule = '/usr/lib/nginx/modules/ngx_mail_module.so'

/** For nginx: one worker. */
export function nginxText(setting: Setting, directives: string): string {
  return `load_module ${mailModule};
daemon off;
worker_processes 1;
worker_rlimit_nofile ${setting.files};
pid ${setting.dir}/nginx.pid;
error_log ${setting.dir}/error.log;
events {
    worker_connections ${setting.files};
}
${mailBlock(setting, directives)}`
}

/** For Postern: the same block, a server that asks over a connection for each question, and two that ask nobody. */
export function posternText(setting: Setting): string {
  const ask = `auth_http 127.0.0.1:${setting.auth}/auth; auth_http_keepalive 0;`
  const target = `proxy_pass 127.0.0.1:${setting.backends.imap};`
  const own = [
    server(setting, 'apart', ask),
    ...(['passing', 'passing-tls'] as const).map(port => server(setting, port, target)),
  ]
  return `pid ${setting.dir}/relay.pid;
error_log ${setting.dir}/error.log;
${mailBlock(setting, '', own.join('\n    '))}`
}
