/** A Postfix 3.7 of the suite's own: every file under one folder, every port on 127.0.0.1. */
import { chownSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyPair } from './certificates.ts'
import { freePorts } from './ports.ts'
import { lineOf, type Part, run, start, untilUp } from './programs.ts'

const master = '/usr/lib/postfix/sbin/master'

export const postfixParts: readonly Part[] = [{ file: master, package: 'postfix' }]

const queueFolders =
  'active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace'.split(
    ' ',
  )

/**
 * - `mx`, `submission`, `submissions`: as anyone runs them.
 * - `stranger`: an MX that takes no XCLIENT from us.
 * - `named`: an MX that refuses clients without a forward-confirmed name.
 * - `hasty`: an MX that judges the client's address at once, not at RCPT.
 * - `unchunked`, `small`: an MX without CHUNKING, and one of a SIZE of 1,000 octets.
 */
const portNames = [
  ...(['mx', 'submission', 'submissions', 'stranger', 'named', 'hasty'] as const),
  ...(['unchunked', 'small'] as const),
] as const
export type PostfixPorts = Readonly<Record<(typeof portNames)[number], number>>

export interface Postfix {
  readonly ports: PostfixPorts
  readonly log: () => string
  /** The first line that fits; it may be written a moment after the client had its answer. */
  readonly logged: (pattern: RegExp) => Promise<string>
  readonly stop: () => Promise<void>
}

export interface PostfixSettings {
  /** An empty folder that other users may enter. */
  readonly folder: string
  readonly tls: KeyPair
  readonly users: readonly string[]
  /** Given, since Dovecot's submission names it before Postfix runs. */
  readonly mxPort: number
  /** Dovecot's LMTP port and auth socket. */
  readonly lmtpPort: number
  readonly authSocket: string
  /** The only address whose XCLIENT is believed, which is also in `mynetworks`. */
  readonly trusted: string
  /** A client address that every port refuses. */
  readonly refused: string
}

export async function startPostfix(settings: PostfixSettings): Promise<Postfix> {
  const { folder } = settings
  const ports = { ...(await freePorts(portNames)), mx: settings.mxPort }
  await makeFolders(folder)
  const etc = (name: string) => join(folder, 'etc', name)
  writeFileSync(etc('tls.pem'), settings.tls.key + settings.tls.certificate, { mode: 0o600 })
  writeFileSync(etc('users'), settings.users.map(user => `${user} present\n`).join(''))
  writeFileSync(etc('clients'), `${settings.refused} REJECT no mail from here\n`)
  writeFileSync(etc('main.cf'), mainConfiguration(settings))
  writeFileSync(etc('master.cf'), services(ports))
  // Its programs sleep until a file that they read has not been touched for two seconds.
  const anHourAgo = Date.now() / 1_000 - 3_600
  for (const name of ['main.cf', 'users', 'clients']) utimesSync(etc(name), anHourAgo, anHourAgo)
  const logFile = join(folder, 'postfix.log')
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
  // The master itself and not `postfix start`, whose process would not be the one to end.
  const program = start(master, ['-s', '-c', join(folder, 'etc')])
  await untilUp('Postfix', program, () => log().includes('daemon started'))
  return { ports, log, logged: pattern => lineOf(log, pattern), stop: program.stop }
}

/** What `postfix check` makes, without the two seconds that it takes. */
async function makeFolders(folder: string): Promise<void> {
  for (const name of ['etc', 'queue', 'queue/pid', 'data']) mkdirSync(join(folder, name))
  const { stdout: user } = await run('id', ['-u', 'postfix'])
  for (const name of ['data', ...queueFolders.map(queue => `queue/${queue}`)]) {
    const path = join(folder, name)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chownSync(path, Number(user), 0)
  }
}

function mainConfiguration(settings: PostfixSettings): string {
  const { folder, trusted, lmtpPort, authSocket } = settings
  return `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
mail_owner = postfix
maillog_file_prefixes = ${folder}
maillog_file = ${folder}/postfix.log
inet_interfaces = 127.0.0.1
inet_protocols = all
myhostname = postfix.example.com
mydestination =
mynetworks = ${trusted}
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = example.com example.org
virtual_mailbox_maps = texthash:${folder}/etc/users
virtual_transport = lmtp:inet:127.0.0.1:${lmtpPort}
message_size_limit = 67108864
smtpd_authorized_xclient_hosts = ${trusted}
smtpd_client_restrictions = check_client_access texthash:${folder}/etc/clients
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${authSocket}
smtpd_sasl_auth_enable = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = ${folder}/etc/tls.pem
smtpd_client_connection_count_limit = 0
smtpd_peername_lookup = yes
`
}

function services(ports: PostfixPorts): string {
  const login = '-o smtpd_sasl_auth_enable=yes'
  const smtpd = (port: number, words = '') => `127.0.0.1:${port} inet n - n - - smtpd ${words}\n`
  const internal = (name: string, limit = '-') => `${name} unix - - n - ${limit} ${name}\n`
  return [
    smtpd(ports.mx),
    smtpd(ports.submission, `${login}`),
    smtpd(ports.submissions, `${login} -o smtpd_tls_wrappermode=yes`),
    smtpd(ports.stranger, '-o smtpd_authorized_xclient_hosts='),
    smtpd(ports.named, '-o smtpd_client_restrictions=reject_unknown_client_hostname'),
    smtpd(ports.hasty, '-o smtpd_delay_reject=no'),
    smtpd(ports.unchunked, '-o smtpd_discard_ehlo_keywords=chunking'),
    smtpd(ports.small, '-o message_size_limit=1000'),
    'pickup unix n - n 60 1 pickup\n',
    'cleanup unix n - n - 0 cleanup\n',
    'qmgr unix n - n 300 1 qmgr\n',
    'postlog unix-dgram n - n - 1 postlogd\n',
    'rewrite unix - - n - - trivial-rewrite\n',
    'bounce unix - - n - 0 bounce\n',
    'defer unix - - n - 0 bounce\n',
    'trace unix - - n - 0 bounce\n',
    'proxywrite unix - - n - 1 proxymap\n',
    'showq unix n - n - - showq\n',
    'flush unix n - n 1000? 0 flush\n',
    'tlsmgr unix - - n 1000? 1 tlsmgr\n',
    internal('verify', '1'),
    internal('proxymap'),
    internal('smtp'),
    internal('lmtp'),
    internal('error'),
    internal('anvil', '1'),
    internal('scache', '1'),
    'retry unix - - n - - error\n',
  ].join('')
}
