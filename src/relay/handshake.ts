import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ServerConfig } from '../config/config.ts'
import type { Protocol } from '../protocol/protocol.ts'
import { leastHold } from '../wire/splice.ts'
import type { Wire } from '../wire/wire.ts'
import { shown } from './client-certificate.ts'
import type { Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'
import type { Contexts } from './tls.ts'

/** `failed`: the socket is destroyed; `refused`: the client's certificate, in words to say to it. */
export type Outcome = 'done' | 'failed' | { readonly refused: string }

export interface Handshake {
  readonly done: Promise<Outcome>
  readonly abandon: () => void
}

/**
 * Does the server's half of a TLS handshake on the client's wire. What the client sent before it and
 * nobody took does not survive it: it may be an attacker's.
 */
export function secure(
  wire: Wire,
  contexts: Contexts,
  { protocol, config }: Runtime,
  { metrics }: Shared,
  record: Record,
): Handshake {
  record.stage = 'tls'
  const began = performance.now()
  const { name } = protocol
  if (wire.waiting > 0)
    metrics.counter('starttls_injection_total', { protocol: name, side: 'front' }).value++
  wire.drop()
  const { settings } = config
  const verifies = settings.ssl_verify_client !== 'off'
  const { tls, done } = handshake(wire.detach().socket, contexts, protocol.alpn, verifies)
  return {
    abandon: () => tls.destroy(),
    done: done.then(well => {
      const version = well ? tls.getProtocol() : null
      const result = well ? 'ok' : 'failed'
      const tls_version = version === 'TLSv1.2' || version === 'TLSv1.3' ? version : 'other'
      metrics.counter('tls_handshakes_total', { protocol: name, result, tls_version }).value++
      if (!well) {
        record.failure ??= 'tls'
        return 'failed'
      }
      metrics
        .histogram('tls_handshake_duration_seconds', { protocol: name })
        .observe((performance.now() - began) / 1000)
      record.tls = version ?? 'other'
      if (settings.auth_http) record.cipher = tls.getCipher().name
      record.sni = serverNameOf(tls)
      wire.replace(tls)
      return verifies ? verified(tls, config, protocol, record) : 'done'
    }),
  }
}

/** Whether the certificate that the client showed lets it in. */
function verified(
  tls: TLSSocket,
  { settings }: ServerConfig,
  { words }: Protocol,
  record: Record,
): Outcome {
  const { fault, facts } = shown(tls, settings)
  if (settings.auth_http) record.certificate = facts
  if (!fault) return 'done'
  record.failure = 'tls'
  record.reason = fault === 'missing' ? 'sent no certificate' : `certificate: ${facts.verify}`
  return { refused: words.certificate[fault] }
}

/** A client that sends ALPN must name `alpn` in it (RFC 7301 3.2: else a fatal alert). */
function handshake(
  raw: Socket,
  contexts: Contexts,
  alpn: string,
  verifies: boolean,
): { readonly tls: TLSSocket; readonly done: Promise<boolean> } {
  const tls = new TLSSocket(raw, {
    isServer: true,
    ...{ highWaterMark: leastHold },
    secureContext: contexts.fallback,
    ALPNProtocols: [alpn],
    // What is wrong with a certificate the client is told afterwards, in its own protocol.
    ...(verifies ? { requestCert: true, rejectUnauthorized: false } : {}),
    ...(contexts.several
      ? { SNICallback: (name, answer) => answer(null, contexts.forName(name)) }
      : {}),
  })
  const done = new Promise<boolean>(resolve => {
    const settle = (well: boolean) => {
      tls.off('secure', succeed).off('close', fail).off('error', fail)
      if (!well) {
        tls.on('error', () => {})
        tls.destroy()
        raw.destroy()
      }
      resolve(well)
    }
    const succeed = () => settle(true)
    const fail = () => settle(false)
    tls.on('secure', succeed).on('close', fail).on('error', fail)
  })
  return { tls, done }
}

const hostName = /^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?$/

/** The SNI name, if it is a host name at all: it is told to backends and logged. */
function serverNameOf(tls: TLSSocket): string | undefined {
  const name: unknown = Reflect.get(tls, 'servername')
  return typeof name === 'string' && name.length <= 253 && hostName.test(name) ? name : undefined
}
