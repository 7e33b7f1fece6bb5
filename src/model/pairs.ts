/** The key pairs of Secrets, with a memory: one that turned bad keeps the last good pair. */
import type { Secret } from '../api/objects.ts'
import { keyPair, type PairVerdict } from './key-pair.ts'
import type { KeyPair } from './model.ts'
import { unseen } from './unseen.ts'
import { type Resolved, resolved, unresolved } from './violation.ts'

/** What one build knows of the Secrets that it looked at; the next build is given it. */
export type KnownPairs = ReadonlyMap<string, Known>

interface Known {
  /** What was judged; `undefined`: the Secret was not there. */
  readonly secret: Secret | undefined
  readonly verdict: PairVerdict
  readonly good: KeyPair | undefined
}

export interface Pairs {
  /** The pair of the Secret `namespace/name`, or the last good one. */
  pair(key: string, secret: Secret | undefined): Resolved<KeyPair | undefined>
  readonly known: KnownPairs
}

export function pairs(previous: KnownPairs, now: number): Pairs {
  const known = new Map<string, Known>()
  const judge = (key: string, secret: Secret | undefined): Known => {
    const before = previous.get(key)
    const verdict = before && same(before.secret, secret) ? before.verdict : judged(secret)
    const last = before?.good && before.good.notAfter > now ? before.good : undefined
    const entry = { secret, verdict, good: verdict.kind === 'good' ? verdict.pair : last }
    known.set(key, entry)
    return entry
  }
  return { known, pair: (key, secret) => found(key, known.get(key) ?? judge(key, secret), now) }
}

function judged(secret: Secret | undefined): PairVerdict {
  return secret ? keyPair(secret) : { kind: 'bad', faults: [unseen.pair] }
}

function found(key: string, { secret, verdict, good }: Known, now: number) {
  const name = `the Secret ${key}`
  if (verdict.kind === 'good') return resolved(good, [], notesOn(name, verdict.pair, now))
  const lasting = good ? ', and its last good certificate is used' : ''
  const reason = secret ? 'InvalidCertificate' : 'SecretNotFound'
  return resolved(
    good,
    verdict.faults.map(fault => unresolved(reason, `${name} ${fault}${lasting}`)),
  )
}

/** Clients will mind; the relay serves it all the same. */
function notesOn(name: string, pair: KeyPair, now: number): readonly string[] {
  const day = (time: number): string => new Date(time).toISOString()
  const { notBefore, notAfter, chainNotAfter, inOrder } = pair
  const rows = [
    [notAfter <= now, () => `the certificate of ${name} expired at ${day(notAfter)}`],
    [notBefore > now, () => `the certificate of ${name} is not valid before ${day(notBefore)}`],
    [chainNotAfter <= now, () => `the chain of ${name} expired at ${day(chainNotAfter)}`],
    [!inOrder, () => `the chain of ${name} is not in order, each certificate before its issuer`],
  ] as const
  return rows.flatMap(([isSo, note]) => (isSo ? [note()] : []))
}

/** Trying a pair costs a millisecond: one that did not change is not tried again. */
function same(a: Secret | undefined, b: Secret | undefined): boolean {
  if (a === b) return true
  if (!a || !b || a.type !== b.type) return false
  return ['tls.crt', 'tls.key'].every(
    key => a.data?.[key] === b.data?.[key] && a.stringData?.[key] === b.stringData?.[key],
  )
}
