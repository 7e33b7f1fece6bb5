import type { Failure } from '../words/failure.ts'
import type { Identity } from '../words/identity.ts'
import type { Mechanism } from '../words/mechanism.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { RelayMetrics } from './shared.ts'

/** Where the sessions of one server block are counted. */
export type Tallies = ReturnType<typeof tallies>

/**
 * What is counted of every session, by the labels that a server block leaves open. Each is looked up in
 * the metrics only once, when it is first counted.
 */
export function tallies(metrics: RelayMetrics, protocol: ProtocolName, backend: string) {
  const { counter, gauge, histogram } = metrics
  return {
    active: once(() => gauge('upstream_active', { protocol, backend })),
    up: once(() => counter('bytes_total', { protocol, direction: 'up' })),
    down: once(() => counter('bytes_total', { protocol, direction: 'down' })),
    lasted: once(() => histogram('session_duration_seconds', { protocol })),
    handshakes: each((result: 'ok' | 'failed') =>
      each((tls_version: 'TLSv1.2' | 'TLSv1.3' | 'other') =>
        counter('tls_handshakes_total', { protocol, result, tls_version }),
      ),
    ),
    shaking: once(() => histogram('tls_handshake_duration_seconds', { protocol })),
    logins: each((mechanism: Mechanism) =>
      each((result: 'ok' | 'denied' | 'tempfail' | 'timeout' | 'limited') =>
        counter('auth_total', { protocol, mechanism, result }),
      ),
    ),
    judging: once(() => histogram('auth_duration_seconds', { protocol })),
    asked: each((result: 'ok' | 'denied' | 'wait' | 'invalid' | 'timeout' | 'error') =>
      counter('auth_server_requests_total', { result }),
    ),
    answering: once(() => histogram('auth_server_duration_seconds', {})),
    tries: each((result: 'ok' | Failure) =>
      counter('upstream_connects_total', { protocol, backend, result }),
    ),
    trying: once(() => histogram('upstream_connect_duration_seconds', { protocol })),
    identity: each((outcome: Identity) =>
      counter('identity_total', { protocol, backend, outcome }),
    ),
    legs: each((tls: 'none' | 'tls') => counter('upstream_legs_total', { protocol, backend, tls })),
  }
}

function once<T>(find: () => T): () => T {
  let found: T | undefined
  return () => (found ??= find())
}

/** The same for each of a few words, of which one is asked for far more often than the others. */
function each<Word extends string, T>(find: (word: Word) => T): (word: Word) => T {
  const found = new Map<Word, T>()
  let word: Word | undefined
  let last: T | undefined
  return wanted => {
    if (wanted === word && last !== undefined) return last
    const known = found.get(wanted) ?? find(wanted)
    found.set(wanted, known)
    word = wanted
    last = known
    return known
  }
}
