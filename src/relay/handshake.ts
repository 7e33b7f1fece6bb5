import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ServerConfig } from '../config/config.ts'
import type { Protocol } from '../protocol/protocol.ts'
import type { Connection } from '../wire/connection.ts'
import type { Sockets } from '../wire/sockets.ts'
import { highWaterMark } from '../wire/stream-connection.ts'
import type { Wire } from '../wire/wire.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import { shown } from './client-certificate.ts'
import { tlsTold } from './proxy-preface.ts'
import type { Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { RelayMetrics, Shared } from './shared.ts'
import type { Contexts } from './tls.ts'

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
  { protocol, config, contexts }: Runtime,
  { metrics, sockets }: Shared,
  record: Record,
  implicit: boolean,
): Handshake | undefined {
  if (!contexts) return undefined
  record.stage = 'tls'
  const began = performance.now()
  const { name } = protocol
  const verifies = config.settings.ssl_verify_client !== 'off'
  const raw = implicit ? behindHeader(wire) : purged(wire, name, metrics)
  const { tls, done } = handshake(raw, { contexts, sockets, alpn: protocol.alpn, verifies })
  return {
    abandon: () => tls.destroy(),
    done: done.then(connection => {
      const version = connection ? tls.getProtocol() : null
      const result = connection ? 'ok' : 'failed'
      const tls_version = version === 'TLSv1.2' || version === 'TLSv1.3' ? version : 'other'
      metrics.counter('tls_handshakes_total', { protocol: name, result, tls_version }).value++
      if (!connection) {
        record.failure ??= 'tls'
        return 'failed'
      }
      wire.replace(connection)
      metrics
        .histogram('tls_handshake_duration_seconds', { protocol: name })
        .observe((performance.now() - began) / 1000)
      record.tls = version ?? 'other'
      record.sni = serverNameOf(tls)
      return established(tls, config, protocol, record)
    }),
  }
}

/** Keeps of the handshake what others are told, and judges the client's certificate. */
function established(
  tls: TLSSocket,
  config: ServerConfig,
  protocol: Protocol,
  record: Record,
): Outcome {
  const { auth_http, proxy_protocol, ssl_verify_client } = config.settings
  if (auth_http) record.cipher = tls.getCipher().name
  const outcome = ssl_verify_client === 'off' ? 'done' : verified(tls, config, protocol, record)
  if (proxy_protocol === 'v2') record.told = tlsTold(tls, record.certificate?.verify === 'SUCCESS')
  return outcome
}

const nothing = Buffer.alloc(0)

/** The socket before STARTTLS: what came and was not taken may be an attacker's. */
function purged(wire: Wire, protocol: ProtocolName, metrics: RelayMetrics): Socket {
  if (wire.waiting > 0)
    metrics.counter('starttls_injection_total', { protocol, side: 'front' }).value++
  wire.drop()
  return wire.detach().connection.toStream(nothing)
}

/** The socket before TLS from the first octet: that octet may have come with a PROXY header. */
function behindHeader(wire: Wire): Socket {
  const { connection, rest } = wire.detach()
  return connection.toStream(rest)
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

/** A client that sends ALPN must name `alpn` in it (RFC 7301 3.2: else a fatal alert). */
function handshake(
  raw: Socket,
  about: {
    readonly contexts: Contexts
    readonly sockets: Sockets
    readonly alpn: string
    readonly verifies: boolean
  },
): { readonly tls: TLSSocket; readonly done: Promise<Connection | undefined> } {
  const { contexts, sockets, alpn, verifies } = about
  const tls = new TLSSocket(raw, {
    isServer: true,
    ...{ highWaterMark },
    secureContext: contexts.fallback,
    ALPNProtocols: [alpn],
    // What is wrong with a certificate the client is told afterwards, in its own protocol.
    ...(verifies ? { requestCert: true, rejectUnauthorized: false } : {}),
    ...(contexts.several
      ? { SNICallback: (name, answer) => answer(null, contexts.forName(name)) }
      : {}),
  })
  const done = new Promise<Connection | undefined>(resolve => {
    const settle = (well: boolean) => {
      tls.off('secure', succeed).off('end', fail).off('close', fail).off('error', fail)
      if (!well) {
        tls.on('error', () => {})
        tls.destroy()
        raw.destroy()
      }
      // What comes behind the handshake is read by the connection alone.
      resolve(well ? sockets.secured(tls) : undefined)
    }
    const succeed = () => settle(true)
    const fail = () => settle(false)
    // Half-open sockets do not close by themselves when the client ends amid its handshake.
    tls.on('secure', succeed).on('end', fail).on('close', fail).on('error', fail)
  })
  return { tls, done }
}

const hostName = /^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?$/

/** The SNI name, if it is a host name at all: it is told to backends and logged. */
function serverNameOf(tls: TLSSocket): string | undefined {
  const name: unknown = Reflect.get(tls, 'servername')
  return typeof name === 'string' && name.length <= 253 && hostName.test(name) ? name : undefined
}
