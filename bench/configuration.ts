/** What a proxy is told of the machine it runs on. */
export interface Setting {
  /** The proxy's own folder. */
  readonly dir: string
  readonly ports: { readonly plain: number; readonly tls: number; readonly passing: number }
  readonly backend: number
  readonly auth: number
  readonly certificate: { readonly certificate: string; readonly key: string }
}

/** The mail block that every proxy runs, with more directives and servers where asked for. */
export function mailBlock(setting: Setting, directives: string, servers = ''): string {
  const { ports, auth, certificate } = setting
  // In the servers: one that passes through must not inherit it.
  const server = (listen: string) => `server {
        listen 127.0.0.1:${listen};
        protocol imap;
        auth_http 127.0.0.1:${auth}/auth;
    }`
  return `mail {
    server_name bench.example.com;
    ssl_certificate ${certificate.certificate};
    ssl_certificate_key ${certificate.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ${directives}
    ${server(`${ports.plain}`)}
    ${server(`${ports.tls} ssl`)}
    ${servers}
}
`
}

/** Where Debian puts the mail module; by its full path, since the run has a prefix of its own. */
const mailModule = '/usr/lib/nginx/modules/ngx_mail_module.so'

/** For nginx: one worker. */
export function nginxText(setting: Setting, files: number, directives: string): string {
  return `load_module ${mailModule};
daemon off;
worker_processes 1;
worker_rlimit_nofile ${files};
pid ${setting.dir}/nginx.pid;
error_log ${setting.dir}/error.log;
events {
    worker_connections ${files};
}
${mailBlock(setting, directives)}`
}

/** For Postern: the same block, and a third server that needs no auth server. */
export function posternText(setting: Setting): string {
  const passing = `server {
        listen 127.0.0.1:${setting.ports.passing};
        protocol imap;
        proxy_pass 127.0.0.1:${setting.backend};
    }`
  return `pid ${setting.dir}/relay.pid;
error_log ${setting.dir}/error.log;
${mailBlock(setting, '', passing)}`
}
