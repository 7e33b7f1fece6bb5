import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProtocolName } from '../../src/words/protocol-name.ts'
import { hostName, type Place, type Security } from '../support/clients.ts'
import type { MailSite } from '../support/mail-site.ts'
import { freePort } from '../support/ports.ts'
import { type RelayProcess, startRelay } from '../support/relay-process.ts'

/** One `server` block: listened to in clear text with STARTTLS, and by TLS on a port beside it. */
export interface Block {
  readonly protocol: ProtocolName
  /** Directives of the block. */
  readonly lines: readonly string[]
}

export type Blocks<Name extends string> = Readonly<Record<Name, Block>>

/** A relay before a site's servers, with one server block for each name. */
export interface RelayFront<Name extends string> {
  readonly relay: RelayProcess
  readonly place: (name: Name, security?: Security) => Place
  /** Goes over to other blocks of the same names, on the same ports. */
  readonly change: (blocks: Blocks<Name>) => Promise<void>
  readonly stop: () => Promise<void>
}

/** `mail`: lines of the `mail` block, such as an `upstream`. */
export async function startRelayFront<Name extends string>(
  site: MailSite,
  blocks: Blocks<Name>,
  mail: readonly string[] = [],
): Promise<RelayFront<Name>> {
  const folder = mkdtempSync(join(site.folder, 'relay-'))
  const tls = await site.authority.issue([hostName, 'localhost'], ['127.0.0.1'])
  writeFileSync(join(folder, 'tls.crt'), tls.certificate)
  writeFileSync(join(folder, 'tls.key'), tls.key)
  const ports = new Map<string, PortPair>()
  for (const name of Object.keys(blocks)) {
    ports.set(name, { clear: await freePort(), tls: await freePort() })
  }
  const file = join(folder, 'relay.conf')
  writeFileSync(file, text(site, blocks, ports, mail))
  const relay = await startRelay(file, folder)
  return {
    relay,
    place: (name, security = 'plain') => {
      const { clear, tls } = portsOf(ports, name)
      const port = security === 'implicit' ? tls : clear
      return { protocol: blocks[name].protocol, security, port }
    },
    change: async changed => {
      writeFileSync(file, text(site, changed, ports, mail))
      await relay.reload()
    },
    stop: relay.stop,
  }
}

interface PortPair {
  readonly clear: number
  readonly tls: number
}

function text(
  site: MailSite,
  blocks: Blocks<string>,
  ports: ReadonlyMap<string, PortPair>,
  mail: readonly string[],
) {
  const servers = Object.entries(blocks).map(([name, { protocol, lines }]) => {
    const { clear, tls } = portsOf(ports, name)
    return `
  server {
    protocol ${protocol};
    listen 127.0.0.1:${clear} name=${name};
    listen 127.0.0.1:${tls} ssl name=${name}-tls;
${lines.map(line => `    ${line}\n`).join('')}  }`
  })
  return `
error_log stderr info;
mail {
  server_name ${hostName};
  ssl_certificate tls.crt;
  ssl_certificate_key tls.key;
  starttls on;
  proxy_identity on;
  imap_auth plain login;
  imap_capabilities IMAP4rev1 SASL-IR LITERAL+ UIDPLUS IDLE;
  smtp_capabilities "SIZE 67108864" 8BITMIME PIPELINING ENHANCEDSTATUSCODES;
  proxy_ssl_trusted_certificate ${site.authorityFile};
${mail.map(line => `  ${line}\n`).join('')}${servers.join('\n')}
}
`
}

function portsOf(ports: ReadonlyMap<string, PortPair>, name: string): PortPair {
  const pair = ports.get(name)
  if (!pair) throw new Error(`no block ${name}`)
  return pair
}
