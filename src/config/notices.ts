import type { Notice } from './config.ts'
import { type Draft, placeOf, saying, type Whole } from './draft.ts'

/** What is said and does not do what a reader may expect; one rule each. */
type Remark = (server: Draft, whole: Whole) => readonly Notice[]

export const remarks: readonly Remark[] = [proxyOff, smtpAuth, emptyUpstream, spareKeys]

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
