import { printAddressPort } from '../directives/address.ts'
import { type Fault, quote } from '../directives/error.ts'
import type { Listen } from './config.ts'
import { type Draft, placeOf, saying, type Whole } from './draft.ts'
import { pemName, pemText } from './pem.ts'
import { place } from './place.ts'

/** What only makes sense across directives: one rule each, in the order in which nginx tells them. */
type Check = (server: Draft, whole: Whole) => readonly Fault[]

export const checks: readonly Check[] = [
  listens,
  protocol,
  judge,
  mechanisms,
  certificates,
  keys,
  upstreamExists,
  authorities,
  verifiable,
]

function listens(server: Draft): readonly Fault[] {
  // A `listen` that could not be read was told where it stands.
  if (server.listens.length > 0 || saying('listen', server)) return []
  return [at(server, 'no "listen" is defined for server')]
}

function protocol(server: Draft): readonly Fault[] {
  if (server.protocol || saying('protocol', server) || server.listens.length === 0) return []
  const ports = server.listens.map(listen => listen.public).join(', ')
  return [
    at(server, `unknown mail protocol for server, port ${ports} tells none: "protocol" says it`),
  ]
}

function judge(server: Draft): readonly Fault[] {
  if (saying('auth_http', server) || saying('proxy_pass', server)) return []
  return [at(server, 'no "auth_http" is defined for server, and no "proxy_pass" either')]
}

/** What a client proves without its password cannot be repeated to a backend. */
function mechanisms(server: Draft): readonly Fault[] {
  const name = server.protocol && (`${server.protocol}_auth` as const)
  if (!name || saying('auth_http', server)) return []
  return server.settings[name]
    .filter(word => word === 'cram-md5' || word === 'apop' || word === 'external')
    .map(word => ({
      position: placeOf(name, server),
      message: `"${name} ${word}" needs "auth_http": no backend can be told a login without its password`,
    }))
}

function certificates(server: Draft): readonly Fault[] {
  if (saying('ssl_certificate', server)) return []
  const secure = server.listens.find(listen => listen.ssl)
  if (secure) return [missing(secure.position, 'the "listen ... ssl" directive')]
  if (server.settings.starttls === 'off') return []
  return [missing(placeOf('starttls', server), 'the "starttls" directive')]
}

function missing(position: Fault['position'], what: string): Fault {
  return { position, message: `no "ssl_certificate" is defined for ${what}` }
}

/** As nginx: what is about TLS is not looked at where none is spoken. */
function speaksTls({ listens, settings }: Draft): boolean {
  return settings.starttls !== 'off' || listens.some(({ ssl }) => ssl)
}

function keys(server: Draft): readonly Fault[] {
  if (!speaksTls(server)) return []
  const { ssl_certificate, ssl_certificate_key } = server.settings
  const alone = ssl_certificate[ssl_certificate_key.length]
  if (!alone) return []
  return [
    {
      position: placeOf('ssl_certificate', server),
      message: `no "ssl_certificate_key" is defined for certificate ${named(alone.file)}`,
    },
  ]
}

function named(source: string): string {
  return pemText(source) === undefined ? quote(source) : pemName(source)
}

/** As nginx: whom should it believe? */
function authorities(server: Draft): readonly Fault[] {
  const { ssl_verify_client, ssl_client_certificate, ssl_trusted_certificate } = server.settings
  if (!speaksTls(server)) return []
  if (ssl_verify_client !== 'on' && ssl_verify_client !== 'optional') return []
  if (ssl_client_certificate !== undefined || ssl_trusted_certificate !== undefined) return []
  const message = 'no "ssl_client_certificate" or "ssl_trusted_certificate" for "ssl_verify_client"'
  return [{ position: placeOf('ssl_verify_client', server), message }]
}

function upstreamExists(server: Draft, { upstreams }: Whole): readonly Fault[] {
  const { proxy_pass } = server.settings
  if (proxy_pass?.kind !== 'upstream' || upstreams.has(proxy_pass.name)) return []
  const message = `"proxy_pass" names the upstream "${proxy_pass.name}", which is not there; a backend is written as ADDRESS:PORT`
  return [{ position: placeOf('proxy_pass', server), message }]
}

/** A directive that protects and cannot be honoured is a fault. */
function verifiable(server: Draft): readonly Fault[] {
  const { proxy_ssl, proxy_ssl_verify } = server.settings
  if (!proxy_ssl_verify || proxy_ssl === 'on' || proxy_ssl === 'starttls') return []
  const message = `"proxy_ssl_verify on" needs "proxy_ssl on" or "proxy_ssl starttls", "${proxy_ssl}" sends in clear text`
  return [{ position: placeOf('proxy_ssl_verify', server), message }]
}

function at(server: Draft, message: string): Fault {
  return { position: server.position, message }
}

/** One address and port is one listener. */
export function collisions(listens: readonly Listen[]): readonly Fault[] {
  const taken = new Map(listens.toReversed().map(listen => [printAddressPort(listen), listen]))
  return listens.flatMap(listen => {
    const { position } = listen
    const pair = printAddressPort(listen)
    const first = taken.get(pair)
    if (!first || first === listen) return []
    const where = place(first.position, position)
    return [{ position, message: `duplicate "${pair}" address and port pair, it stands ${where}` }]
  })
}
