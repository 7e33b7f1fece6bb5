/**
 * Debian's Exim in a folder of the suite's own. Its package conflicts with Postfix, so it is unpacked
 * and not installed; the user that it is built for exists in its own mount namespace only. It
 * receives and does not deliver.
 */
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { KeyPair } from './certificates.ts'
import { freePorts, isOpen } from './ports.ts'
import { eventually, type Part, start, untilUp } from './programs.ts'

const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'postern-exim')
const binary = join(cache, 'usr/sbin/exim4')
/** An identifier that no user of the machine has. */
const owner = 63_399

/** Throws one sentence with the commands that fetch what is missing. */
export function requireExim(): void {
  if (existsSync(binary)) return
  const fetch = 'apt-get download exim4-daemon-light libidn12'
  const unpack = `for package in *.deb; do dpkg-deb -x "$package" ${cache}; done`
  throw new Error(`this suite needs Exim: mkdir -p ${cache} && ${fetch} && ${unpack}`)
}

export const eximParts: readonly Part[] = [{ file: 'unshare', package: 'util-linux' }]

/** `mx`: as anyone runs it; `unchunked`: without CHUNKING; `small`: of a SIZE of 1,000 octets. */
const portNames = ['mx', 'unchunked', 'small'] as const
export type EximPorts = Readonly<Record<(typeof portNames)[number], number>>

export interface Exim {
  readonly ports: EximPorts
  /** One line for each message that was received: `<= sender … from … for recipient`. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** `folder`: empty, and other users may enter it. */
export async function startExim(folder: string, tls: KeyPair): Promise<Exim> {
  const ports = await freePorts(portNames)
  for (const name of ['spool', 'log']) {
    mkdirSync(join(folder, name))
    chownSync(join(folder, name), owner, owner)
  }
  const pem = join(folder, 'tls.pem')
  writeFileSync(pem, tls.key + tls.certificate)
  chmodSync(pem, 0o600)
  chownSync(pem, owner, owner)
  for (const name of ['passwd', 'group'] as const) {
    const fields = name === 'passwd' ? `${owner}:${owner}::/:/usr/sbin/nologin` : `${owner}:`
    const known = readFileSync(`/etc/${name}`, 'utf8')
    writeFileSync(join(folder, name), `${known}Debian-exim:x:${fields}\n`)
  }
  const configuration = join(folder, 'exim.conf')
  writeFileSync(configuration, text(folder, ports))
  const bind = (name: string) => `mount --bind ${folder}/${name} /etc/${name}`
  const command = `${bind('passwd')} && ${bind('group')} && exec ${binary} -C ${configuration} -bdf`
  const libraries = join(cache, 'usr/lib', 'x86_64-linux-gnu')
  const program = start('unshare', ['--mount', 'sh', '-c', command], {
    LD_LIBRARY_PATH: libraries,
  })
  const logFile = join(folder, 'log', 'main')
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '')
  await untilUp('Exim', program, () => log().includes('daemon started'))
  await eventually('Exim to listen', () => isOpen(ports.mx))
  return { ports, log, stop: program.stop }
}

function text(folder: string, ports: EximPorts): string {
  return `
exim_user = ${owner}
exim_group = ${owner}
primary_hostname = exim.example.com
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%s
log_selector = +received_recipients
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${Object.values(ports).join(' : ')}
queue_only = true
domainlist local_domains = example.com : example.org
chunking_advertise_hosts = \${if eq{$received_port}{${ports.unchunked}}{}{*}}
message_size_limit = \${if eq{$received_port}{${ports.small}}{1000}{50M}}
tls_advertise_hosts = *
tls_certificate = ${folder}/tls.pem
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept domains = +local_domains
  deny
begin routers
begin transports
`
}
