/** What the load program is asked for; see `load/main.c`. */
export interface Load {
  readonly kind: 'sessions' | 'idle' | 'down' | 'up' | 'send'
  readonly count: number
  readonly atOnce: number
  /** NOOPs in each session, or messages on each connection. */
  readonly repeat: number
  /** Octets of a message that is sent by SMTP. */
  readonly size?: number
  /** Of TLS sessions: full unless said; `any` takes up an earlier session where it can, `resumed` must. */
  readonly handshake?: 'full' | 'any' | 'resumed'
}

/** What became of one load. Times in seconds, octets as the clients counted them. */
export interface Outcome {
  readonly done: number
  readonly failed: number
  /** Sessions whose TLS handshake took up an earlier session. */
  readonly resumed: number
  readonly received: number
  readonly sent: number
  readonly seconds: number
  /** How long the load program had nothing to do. */
  readonly idle: number
  /** Microseconds from when a NOOP was due until its answer came; 0 where none was timed. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly worst: number
  /** What went wrong first; empty where nothing did. */
  readonly fault: string
}

const mebibyte = 2 ** 20

/** Why a load did not do all of its work; `undefined` where every session and every octet is there. */
export function incomplete(load: Load, outcome: Outcome): string | undefined {
  const { done, failed, fault, received, sent, resumed } = outcome
  if (failed > 0 || done < load.count)
    return `${done} of ${load.count} sessions succeeded, ${failed} failed (${fault})`
  const bytes = load.count * load.repeat * (load.size ?? mebibyte)
  if (load.kind === 'down' && received < bytes) return `${received} of ${bytes} octets arrived`
  if ((load.kind === 'up' || load.kind === 'send') && sent < bytes)
    return `${sent} of ${bytes} octets were sent`
  if (load.handshake === 'resumed' && resumed < done)
    return `${resumed} of ${done} TLS sessions were resumed`
  return undefined
}
