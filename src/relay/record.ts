import { performance } from 'node:perf_hooks'
import { quoted, quotedName } from '../observe/quoted.ts'
import type { Tls } from '../protocol/auth-http.ts'
import type { Failure } from '../words/failure.ts'
import type { Identity } from '../words/identity.ts'
import type { Mechanism } from '../words/mechanism.ts'
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
  /** An address and its port; told anew behind a PROXY header. */
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
  mechanism: Mechanism | undefined
  /** Escaped. */
  login: string | undefined
  backend: string | undefined
  /** An address and its port. */
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

/**
 * The fields of the record `session ended`, each as `,"name":value`; those that say nothing are left
 * out. Words of a closed list, the id, and addresses stand as they are: there is nothing in them to escape.
 */
export function printed(
  record: Record,
  end: { readonly ended: Ended; readonly up: number; readonly down: number },
  ms: number,
): string {
  const { id, protocol, client, listener, stage, commands, faults, logins } = record
  return (
    `,"id":"${id}","protocol":"${protocol}"` +
    `,"client":"${client}","listener":${quotedName(listener)}` +
    (record.tls === undefined ? ',"tls":"none"' : `,"tls":${quoted(record.tls)}`) +
    text(',"sni":', record.sni) +
    text(',"login":', record.login) +
    word(',"mechanism":"', record.mechanism) +
    (record.backend === undefined ? '' : `,"backend":${quotedName(record.backend)}`) +
    word(',"endpoint":"', record.endpoint) +
    (record.backendTls === undefined ? '' : `,"backendTls":${record.backendTls}`) +
    word(',"identity":"', record.identity) +
    `,"stage":"${stage}"` +
    word(',"failure":"', record.failure) +
    text(',"reason":', record.reason) +
    `,"ended":"${end.ended}","commands":${commands},"faults":${faults},"logins":${logins}` +
    `,"up":${end.up},"down":${end.down},"ms":${Math.round(ms)}`
  )
}

function text(name: string, said: string | undefined): string {
  return said === undefined ? '' : name + quoted(said)
}

function word(name: string, said: string | undefined): string {
  return said === undefined ? '' : `${name}${said}"`
}
