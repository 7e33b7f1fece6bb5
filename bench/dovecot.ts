import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Setting } from './configuration.ts'
import { asking, kindOf, type Protocol } from './ports.ts'

/** What Dovecot calls each protocol. */
const names: Readonly<Record<Protocol, string>> = { imap: 'imap', pop3: 'pop3', smtp: 'submission' }
const protocols = ['imap', 'pop3', 'smtp'] as const

/**
 * Dovecot 2.3 as a login proxy in its fast mode: one login process a protocol, which keeps all
 * sessions. Who may log in and where to is the word of its static passdb.
 */
export function dovecotText(setting: Setting): string {
  const { dir, certificate, files } = setting
  for (const name of ['run', 'state']) mkdirSync(join(dir, name))
  // Its processes leave root behind and must find their sockets.
  chmodSync(dir, 0o755)
  return `protocols = imap pop3 submission
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/error.log
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
login_trusted_networks =
login_proxy_max_disconnect_delay = 0
mail_max_userip_connections = 0
ssl = yes
ssl_cert = <${certificate.certificate}
ssl_key = <${certificate.key}
ssl_min_protocol = TLSv1.2
default_client_limit = ${files}
default_vsz_limit = 0
hostname = bench.example.com
submission_relay_host = 127.0.0.1
passdb {
  driver = static
  args = proxy=y nopassword=y host=127.0.0.1 port=${portOf(setting)}
}
service auth {
  client_limit = ${files}
}
service anvil {
  client_limit = ${files}
}
${protocols.map(protocol => service(setting, protocol)).join('\n')}
`
}

/** What its variables make of the login's protocol. */
function portOf({ backends }: Setting): string {
  return `%{if;%s;eq;imap;${backends.imap};%{if;%s;eq;pop3;${backends.pop3};${backends.smtp}}}`
}

function service({ ports }: Setting, protocol: Protocol): string {
  const name = names[protocol]
  const listeners = asking
    .filter(port => kindOf[port].protocol === protocol)
    .map(
      port => `  inet_listener bench-${port} {
    port = ${ports[port]}
    ssl = ${kindOf[port].tls ? 'yes' : 'no'}
  }`,
    )
  // Its own listeners would want the ports of the protocol.
  const unwanted = protocol === 'smtp' ? [name] : [name, `${name}s`]
  const off = unwanted.map(each => `  inet_listener ${each} {\n    port = 0\n  }`)
  return `service ${name}-login {
  service_count = 0
  process_min_avail = 1
  process_limit = 1
${[...off, ...listeners].join('\n')}
}`
}
