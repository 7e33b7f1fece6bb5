import { printAddressPort } from '../directives/address.ts'
import { usualBacklog } from '../directives/shapes/listen.ts'
import type { Directive } from '../directives/syntax.ts'
import { covering } from './binding.ts'
import type { Notice } from './config.ts'
import { type Draft, placeOf, saying, type Whole } from './draft.ts'

/** What is said and does not do what a reader may expect; one rule each. */
type Remark = (server: Draft, whole: Whole) => readonly Notice[]

export const remarks: readonly Remark[] = [
  sharedSockets,
  proxyOff,
  smtpAuth,
  emptyUpstream,
  spareKeys,
  sessionCache,
  ticketKeys,
  compression,
  unverified,
  clientCertificate,
  strangers,
]

/** Linux binds no single address beside every one: what is about a socket is that one's. */
function sharedSockets({ listens }: Draft, { servers }: Whole): readonly Notice[] {
  const wide = covering(servers.flatMap(server => server.listens))
  return listens.flatMap(listen => {
    const bound = wide(listen)
    const { position, bind, backlog } = listen
    if (!bound) return []
    const own = backlog !== usualBacklog && backlog !== bound.backlog
    return [...(bind ? ['bind'] : []), ...(own ? ['backlog='] : [])].map(parameter => ({
      position,
      text: `"${parameter}" has no effect on ${printAddressPort(listen)}: its connections come through the socket of ${printAddressPort(bound)}`,
    }))
  })
}

function proxyOff(server: Draft): readonly Notice[] {
  const said = saying('proxy', server)
  if (!said || server.settings.proxy) return []
  return [
    { position: said.position, text: '"proxy off" has no effect: a mail server always proxies' },
  ]
}

function smtpAuth(server: Draft): readonly Notice[] {
  const said = saying('proxy_smtp_auth', server)
  const { proxy_smtp_auth, auth_http } = server.settings
  if (!said || proxy_smtp_auth || auth_http || server.protocol !== 'smtp') return []
  const text =
    '"proxy_smtp_auth off" has no effect without "auth_http": the backend judges every login'
  return [{ position: said.position, text }]
}

function emptyUpstream(server: Draft, { upstreams }: Whole): readonly Notice[] {
  const { proxy_pass } = server.settings
  const upstream = proxy_pass?.kind === 'upstream' ? upstreams.get(proxy_pass.name) : undefined
  if (!upstream || upstream.servers.length > 0) return []
  const text = `no servers are inside upstream "${upstream.name}": nobody can log in`
  return [{ position: upstream.position, text }]
}

function spareKeys(server: Draft): readonly Notice[] {
  const { ssl_certificate, ssl_certificate_key } = server.settings
  if (ssl_certificate_key.length <= ssl_certificate.length) return []
  const text = 'more "ssl_certificate_key" than "ssl_certificate" are defined'
  return [{ position: placeOf('ssl_certificate_key', server), text }]
}

function sessionCache(server: Draft): readonly Notice[] {
  const said = saying('ssl_session_cache', server)
  const { ssl_session_cache, ssl_session_tickets } = server.settings
  if (!said || !/^(?:builtin|shared)/.test(ssl_session_cache.words[0] ?? '')) return []
  const text = ssl_session_tickets
    ? '"ssl_session_cache" has no effect: clients resume their sessions by tickets'
    : '"ssl_session_cache" has no effect, and with "ssl_session_tickets off" no session is resumed'
  return [{ position: said.position, text }]
}

function ticketKeys(server: Draft): readonly Notice[] {
  if (server.settings.ssl_session_ticket_key.length < 2) return []
  const text =
    'only the first "ssl_session_ticket_key" counts: Node takes one, so tickets of the others are not resumed'
  return [{ position: placeOf('ssl_session_ticket_key', server), text }]
}

function compression(server: Draft): readonly Notice[] {
  if (!server.settings.ssl_certificate_compression) return []
  const text = '"ssl_certificate_compression" has no effect: Node does not compress certificates'
  return [{ position: placeOf('ssl_certificate_compression', server), text }]
}

/** What is about clients' certificates, where nobody asks for one. */
function unverified(server: Draft, whole: Whole): readonly Notice[] {
  const names = ['ssl_client_certificate', 'ssl_crl', 'auth_http_pass_client_cert'] as const
  const verifies = ({ settings }: Draft) => settings.ssl_verify_client !== 'off'
  return names.flatMap(name => {
    const said = server.settings[name] ? saying(name, server) : undefined
    if (!said || works(name, said, whole, verifies)) return []
    const text = `"${name}" has no effect with "ssl_verify_client off"`
    return [{ position: said.position, text }]
  })
}

/** Whether what `mail` says for all of its servers has its effect in one of them. */
function works(
  name: string,
  said: Directive,
  { servers }: Whole,
  effective: (server: Draft) => boolean,
): boolean {
  return servers.some(server => saying(name, server) === said && effective(server))
}

function clientCertificate(server: Draft): readonly Notice[] {
  const { ssl_verify_client, starttls } = server.settings
  const clear = server.listens.some(({ ssl }) => !ssl) && starttls !== 'only'
  if (ssl_verify_client !== 'on' || !clear) return []
  const text =
    '"ssl_verify_client on" is about TLS: on a "listen" without "ssl" a client is asked for no certificate unless "starttls only" makes it use TLS'
  return [{ position: placeOf('ssl_verify_client', server), text }]
}

/** A PROXY header is read only where a listener begins with one. */
function strangers(server: Draft, whole: Whole): readonly Notice[] {
  const said = saying('set_real_ip_from', server)
  const reads = ({ listens }: Draft) => listens.some(({ proxyProtocol }) => proxyProtocol)
  if (!said || works('set_real_ip_from', said, whole, reads)) return []
  const text = '"set_real_ip_from" has no effect without "listen … proxy_protocol"'
  return [{ position: said.position, text }]
}
