import type { Fields } from '../observe/log.ts'
import type { Tls } from '../protocol/auth-http.ts'
import type { Failure } from '../words/failure.ts'
import type { Identity } from '../words/identity.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { Stage } from '../words/stage.ts'
import type { CertificateFacts } from './client-certificate.ts'
import type { TlsTold } from './proxy-preface.ts'

/** Who brought the session to its end; `relay`: we said the last word. */
export type Ended = 'client' | 'backend' | 'timeout' | 'leaving' | 'relay'

/**
 * What is known of one session, for the one record that is written when it ends. Filled in as the
 * session goes on; strangers' text is escaped when it is written, and no credential is ever in it.
 */
export class Record {
  readonly id: string
  readonly protocol: ProtocolName
  readonly listener: string
  /** Told anew behind a PROXY header. */
  client: string
  readonly began = performance.now()
  stage: Stage = 'accept'
  tls: string | undefined
  cipher: string | undefined
  /** Of the client's certificate, where one is asked for. */
  certificate: CertificateFacts | undefined
  sni: string | undefined
  /** Where `proxy_protocol v2` tells a backend of the client's TLS. */
  told: TlsTold | undefined
  mechanism: string | undefined
  /** Escaped. */
  login: string | undefined
  backend: string | undefined
  endpoint: string | undefined
  backendTls: boolean | undefined
  identity: Identity | undefined
  failure: Failure | undefined
  reason: string | undefined
  /** Lines and how many of them were commands. */
  commands = 0
  faults = 0
  logins = 0

  constructor(id: string, protocol: ProtocolName, listener: string, client: string) {
    this.id = id
    this.protocol = protocol
    this.listener = listener
    this.client = client
  }
}

/** What an auth server is told of the client's TLS. */
export function tlsFacts({ tls, cipher, certificate }: Record): Tls | undefined {
  return tls === undefined
    ? undefined
    : { protocol: tls, ...(cipher === undefined ? {} : { cipher }), ...certificate }
}

/** The fields of the record `session ended`; those that say nothing are left out. */
export function fields(
  record: Record,
  end: { readonly ended: Ended; readonly up: number; readonly down: number; readonly ms: number },
): Fields {
  return {
    id: record.id,
    protocol: record.protocol,
    client: record.client,
    listener: record.listener,
    tls: record.tls ?? 'none',
    sni: record.sni,
    login: record.login,
    mechanism: record.mechanism,
    backend: record.backend,
    endpoint: record.endpoint,
    backendTls: record.backendTls,
    identity: record.identity,
    stage: record.stage,
    failure: record.failure,
    reason: record.reason,
    ended: end.ended,
    commands: record.commands,
    faults: record.faults,
    logins: record.logins,
    up: end.up,
    down: end.down,
    ms: Math.round(end.ms),
  }
}
