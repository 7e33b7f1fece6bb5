/**
 * Asks relays what they run: `GET /state` of each pod, all at once as far as that is sensible. What
 * they answer is taken for what it is, a stranger's octets: bounded, and checked field by field.
 */
import { get, type IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { fields } from '../source/fields.ts'
import type { Pod } from './published.ts'
import { list, word } from './reply.ts'

/** What a relay says of one of its listeners. */
export interface PodListener {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly outcome: 'applied' | 'kept' | 'failed'
  readonly reason?: string
}

/** What a relay learned of a backend. */
export interface BackendFact {
  readonly identity: string | undefined
  readonly secure: boolean | undefined
}

export type PodState =
  | {
      readonly kind: 'said'
      readonly pod: string
      readonly generation: string
      readonly listeners: readonly PodListener[]
      /** By `address:port`. */
      readonly backends: ReadonlyMap<string, BackendFact>
    }
  | { readonly kind: 'silent'; readonly pod: string; readonly reason: string }

/** The relay's HTTP port. */
export const statePort = 9_125
const deadline = 3_000
const atOnce = 16
/** Octets: about ten thousand listeners and as many backends. */
export const stateCap = 8 * 1024 * 1024

/** In the order of the pods. */
export async function ask(
  pods: readonly Pod[],
  port: number,
  signal: AbortSignal,
): Promise<readonly PodState[]> {
  const found: PodState[] = []
  for (let from = 0; from < pods.length; from += atOnce) {
    const some = pods.slice(from, from + atOnce)
    found.push(...(await Promise.all(some.map(pod => stateOf(pod, port, signal)))))
  }
  return found
}

async function stateOf(pod: Pod, port: number, signal: AbortSignal): Promise<PodState> {
  const host = isIPv6(pod.address) ? `[${pod.address}]` : pod.address
  const limits = AbortSignal.any([signal, AbortSignal.timeout(deadline)])
  try {
    const text = await read(`http://${host}:${port}/state`, limits)
    return podState(pod.name, JSON.parse(text))
  } catch (error) {
    const late = limits.aborted && !signal.aborted
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'silent', pod: pod.name, reason: late ? 'no answer in time' : reason }
  }
}

async function read(url: string, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(url, { signal, agent: false, headers: { accept: 'application/json' } })
    .on('response', resolve)
    .on('error', reject)
  const answer = await promise
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += chunk.length
    if (length > stateCap) throw new Error(`the answer is larger than ${stateCap} octets`)
    chunks.push(chunk)
  }
  if (answer.statusCode !== 200) throw new Error(`HTTP ${answer.statusCode}`)
  return Buffer.concat(chunks).toString('utf8')
}

/** Never throws, whatever `body` is. */
export function podState(pod: string, body: unknown): PodState {
  const found = fields(body)
  if (!found) return { kind: 'silent', pod, reason: 'the answer is no state' }
  const backends = [...(fields(found.get('backends')) ?? [])].map(
    ([name, fact]) => [name, factOf(fact)] as const,
  )
  return {
    kind: 'said',
    pod,
    generation: word(found.get('generation')),
    listeners: list(found.get('listeners')).flatMap(one => listenerOf(one) ?? []),
    backends: new Map(backends),
  }
}

function listenerOf(value: unknown): PodListener | undefined {
  const one = fields(value)
  const outcome = one?.get('outcome')
  if (outcome !== 'applied' && outcome !== 'kept' && outcome !== 'failed') return undefined
  const reason = word(one?.get('reason'))
  return {
    name: word(one?.get('name')),
    address: word(one?.get('address')),
    port: Number(one?.get('port')),
    outcome,
    ...(reason === '' ? {} : { reason }),
  }
}

function factOf(value: unknown): BackendFact {
  const fact = fields(value)
  const identity = word(fact?.get('identity'))
  const secure = fact?.get('secure')
  return {
    identity: identity === '' ? undefined : identity,
    secure: typeof secure === 'boolean' ? secure : undefined,
  }
}
