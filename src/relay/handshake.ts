import { performance } from 'node:perf_hooks'
import type { TLSSocket } from 'node:tls'
import type { ServerConfig } from '../config/config.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { Secured } from '../wire/server-tls.ts'
import type { Wire } from '../wire/wire.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import { shown } from './client-certificate.ts'
import { tlsTold } from './proxy-preface.ts'
import type { Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { RelayMetrics, Shared } from './shared.ts'

/** `failed`: the socket is destroyed; `refused`: the client's certificate, in words to say to it. */
export type Outcome = 'done' | 'failed' | { readonly refused: string }

export interface Handshake {
  readonly done: Promise<Outcome>
  readonly abandon: () => void
}

/**
 * Does the server's half of a TLS handshake on the client's wire, if there are keys for it. What the client sent before
 * STARTTLS and nobody took does not survive it; `implicit` is TLS from the first octet.
 */
export function secure(
  wire: Wire,
  { protocol, config, contexts, tallies }: Runtime,
  { metrics, sockets }: Shared,
  record: Record,
  implicit: boolean,
): Handshake | undefined {
  if (!contexts) return undefined
  record.stage = 'tls'
  const began = performance.now()
  const { ssl_verify_client, proxy_protocol } = config.settings
  const asks = ssl_verify_client !== 'off'
  const { connection, rest } = implicit ? wire.detach() : purged(wire, protocol.name, metrics)
  const { done, abandon } = sockets.serveTls(connection, rest, {
    context: contexts.fallback,
    contextFor: contexts.several ? contexts.forName : undefined,
    alpn: protocol.alpn,
    asks,
    shows: asks || proxy_protocol === 'v2',
  })
  return {
    abandon,
    done: done.then(secured => {
      const version = secured?.version
      const result = secured ? 'ok' : 'failed'
      const tls_version = version === 'TLSv1.2' || version === 'TLSv1.3' ? version : 'other'
      tallies.handshakes(result)(tls_version).value++
      if (!secured) {
        record.failure ??= 'tls'
        return 'failed'
      }
      wire.replace(secured.connection)
      tallies.shaking().observe((performance.now() - began) / 1000)
      record.tls = version ?? 'other'
      record.sni = serverNameOf(secured)
      return established(secured, config, protocol, record)
    }),
  }
}

/** Keeps of the handshake what others are told, and judges the client's certificate. */
function established(
  { cipher, socket }: Secured,
  config: ServerConfig,
  protocol: Protocol,
  record: Record,
): Outcome {
  const { auth_http, proxy_protocol, ssl_verify_client } = config.settings
  if (auth_http) record.cipher = cipher()
  if (!socket) return 'done'
  const outcome = ssl_verify_client === 'off' ? 'done' : verified(socket, config, protocol, record)
  if (proxy_protocol === 'v2')
    record.told = tlsTold(socket, record.certificate?.verify === 'SUCCESS')
  return outcome
}

/** The connection before STARTTLS: what came and was not taken may be an attacker's. */
function purged(wire: Wire, protocol: ProtocolName, metrics: RelayMetrics) {
  if (wire.waiting > 0)
    metrics.counter('starttls_injection_total', { protocol, side: 'front' }).value++
  wire.drop()
  return wire.detach()
}

/** Whether the certificate that the client showed lets it in. */
function verified(
  tls: TLSSocket,
  { settings }: ServerConfig,
  { words }: Protocol,
  record: Record,
): Outcome {
  const { fault, facts } = shown(tls, settings)
  record.certificate = facts
  if (!fault) return 'done'
  record.failure = 'tls'
  record.reason = fault === 'missing' ? 'sent no certificate' : `certificate: ${facts.verify}`
  return { refused: words.certificate[fault] }
}

const hostName = /^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?$/

/** The SNI name, if it is a host name at all: it is told to backends and logged. */
function serverNameOf({ serverName: name }: Secured): string | undefined {
  return typeof name === 'string' && name.length <= 253 && hostName.test(name) ? name : undefined
}
