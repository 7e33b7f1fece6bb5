/** A Dovecot 2.3 of the suite's own: every file under one folder, every port on 127.0.0.1. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyPair } from './certificates.ts'
import { freePorts } from './ports.ts'
import { lineOf, type Part, start, untilUp } from './programs.ts'

export const dovecotParts: readonly Part[] = [
  { file: 'dovecot', package: 'dovecot-core' },
  { file: '/usr/lib/dovecot/imap-login', package: 'dovecot-imapd' },
  { file: '/usr/lib/dovecot/pop3-login', package: 'dovecot-pop3d' },
  { file: '/usr/lib/dovecot/submission-login', package: 'dovecot-submissiond' },
  { file: '/usr/lib/dovecot/lmtp', package: 'dovecot-lmtpd' },
]

const portNames = ['imap', 'imaps', 'pop3', 'pop3s', 'submission', 'lmtp'] as const
export type DovecotPorts = Readonly<Record<(typeof portNames)[number], number>>

export interface Dovecot {
  readonly ports: DovecotPorts
  /** The socket that Postfix's `smtpd_sasl_path` names. */
  readonly authSocket: string
  readonly log: () => string
  /** The first line that fits; it may be written a moment after the client had its answer. */
  readonly logged: (pattern: RegExp) => Promise<string>
  readonly stop: () => Promise<void>
}

export interface User {
  readonly name: string
  readonly password: string
}

export interface DovecotSettings {
  /** An empty folder that other users may enter. */
  readonly folder: string
  readonly tls: KeyPair
  readonly users: readonly User[]
  /** `login_trusted_networks`; empty: nobody's word about a client is taken. */
  readonly trusted: string
  /** The port of the SMTP server to which submission hands its mail. */
  readonly relayPort?: number
  /** Lines of configuration that go last. */
  readonly extra?: string
}

export async function startDovecot(settings: DovecotSettings): Promise<Dovecot> {
  const { folder } = settings
  const ports = await freePorts(portNames)
  for (const name of ['run', 'state', 'mail']) mkdirSync(join(folder, name))
  chmodSync(join(folder, 'mail'), 0o777)
  writeFileSync(join(folder, 'tls.crt'), settings.tls.certificate)
  writeFileSync(join(folder, 'tls.key'), settings.tls.key, { mode: 0o600 })
  const users = settings.users.map(user => `${user.name}:{PLAIN}${user.password}\n`)
  writeFileSync(join(folder, 'users'), users.join(''))
  writeFileSync(join(folder, 'dovecot.conf'), configuration(settings, ports))
  const logFile = join(folder, 'dovecot.log')
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
  const program = start('dovecot', ['-F', '-c', join(folder, 'dovecot.conf')])
  await untilUp('Dovecot', program, () => log().includes('starting up'))
  return {
    ports,
    authSocket: join(folder, 'run', 'postfix-auth'),
    log,
    logged: pattern => lineOf(log, pattern),
    stop: program.stop,
  }
}

/** `haproxy`, `stats` and the like stay out: what is not named here is not running. */
function configuration(settings: DovecotSettings, ports: DovecotPorts): string {
  const { folder, trusted, relayPort, extra } = settings
  return `
protocols = imap pop3 submission lmtp
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/dovecot.log
listen = 127.0.0.1
login_trusted_networks = ${trusted}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_verbose = yes
ssl = yes
ssl_cert = <${folder}/tls.crt
ssl_key = <${folder}/tls.key
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
hostname = dovecot.example.com
submission_relay_host = 127.0.0.1
submission_relay_port = ${relayPort ?? 25}
submission_relay_trusted = yes
passdb {
  driver = passwd-file
  args = username_format=%u ${folder}/users
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${folder}/mail/%u
}
service imap-login {
${listener('imap', ports.imap)}
${listener('imaps', ports.imaps, 'ssl = yes')}
}
service pop3-login {
${listener('pop3', ports.pop3)}
${listener('pop3s', ports.pop3s, 'ssl = yes')}
}
service submission-login {
${listener('submission', ports.submission)}
}
service lmtp {
${listener('lmtp', ports.lmtp)}
}
service auth {
  unix_listener postfix-auth {
    mode = 0666
  }
}
${extra ?? ''}
`
}

function listener(name: string, port: number, more = ''): string {
  return `  inet_listener ${name} {\n    port = ${port}\n    ${more}\n  }`
}
