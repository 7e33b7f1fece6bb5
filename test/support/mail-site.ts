/** A Dovecot and a Postfix that know each other, as someone would run them behind us. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Authority, type KeyPair, makeAuthority } from './certificates.ts'
import { clientParts, hostName } from './clients.ts'
import { type Dovecot, type DovecotSettings, dovecotParts, startDovecot } from './dovecot.ts'
import { freePort } from './ports.ts'
import { type Postfix, postfixParts, startPostfix } from './postfix.ts'
import { requireParts, run } from './programs.ts'

export const alice = 'alice@example.com'
export const bob = 'bob@example.org'
export const password = 'secret'
const users = [alice, bob].map(name => ({ name, password }))

/** The name that the servers' certificate has beside the one that clients know. */
export const backendName = 'backend.mail.svc'

/** Where the relay's own connections come from, and whom the servers believe. */
export const ownAddress = '127.0.0.1'
/** A client whom every Postfix refuses. */
export const refusedAddress = '127.0.0.66'

export interface MailSite {
  /** A temporary folder, gone after `stop`. */
  readonly folder: string
  readonly authority: Authority
  readonly authorityFile: string
  /** For `mail.example.com`, `backend.mail.svc` and 127.0.0.1. */
  readonly tls: KeyPair
  readonly dovecot: Dovecot
  readonly postfix: Postfix
  /** Another Dovecot with the same users, its own mailboxes, and other words in its configuration. */
  readonly startDovecot: (differences: Partial<DovecotSettings>) => Promise<Dovecot>
  readonly stop: () => Promise<void>
}

export async function startMailSite(): Promise<MailSite> {
  await requireAll()
  const folder = mkdtempSync(join(tmpdir(), 'interop-'))
  chmodSync(folder, 0o755)
  const authority = await makeAuthority()
  const authorityFile = join(folder, 'authority.pem')
  writeFileSync(authorityFile, authority.certificate)
  const tls = await authority.issue([hostName, backendName], [ownAddress])
  const mxPort = await freePort()
  const opened: { stop(): Promise<void> }[] = []
  const another = async (differences: Partial<DovecotSettings>) => {
    const own = subfolder(folder, `dovecot-${opened.length}`)
    const dovecot = await startDovecot({
      ...{ folder: own, tls, users, trusted: ownAddress, relayPort: mxPort },
      ...differences,
    })
    opened.push(dovecot)
    return dovecot
  }
  const stop = async () => {
    await Promise.all(opened.map(server => server.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const dovecot = await another({})
    const postfix = await startPostfix({
      ...{ folder: subfolder(folder, 'postfix'), tls, users: users.map(user => user.name), mxPort },
      ...{ lmtpPort: dovecot.ports.lmtp, authSocket: dovecot.authSocket },
      ...{ trusted: ownAddress, refused: refusedAddress },
    })
    opened.push(postfix)
    return { folder, authority, authorityFile, tls, dovecot, postfix, startDovecot: another, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function requireAll(): Promise<void> {
  requireParts([...dovecotParts, ...postfixParts, ...clientParts])
  const { code } = await run('perl', ['-MNet::SSLeay', '-e', '1'])
  if (code !== 0) throw new Error('swaks has no TLS: apt-get install --yes libnet-ssleay-perl')
  if (process.getuid?.() !== 0) throw new Error('Postfix can only be started by root')
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}
