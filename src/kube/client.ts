/**
 * Requests to the API server, each with a deadline of its own. What it answers and what it fails to
 * answer are values; nothing here throws for the network's sake.
 */
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Access, Credentials } from './access.ts'
import { Connections, type Purpose } from './connections.ts'
import { lost, type Refused, readJson, refused, type Unanswered } from './reply.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch'

export interface Call {
  readonly verb: Verb
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Milliseconds until the answer must be here whole; of a watch, until it begins. */
  readonly deadline?: number
  readonly purpose?: Purpose
  readonly signal?: AbortSignal
}

export type Reply = { readonly kind: 'ok'; readonly body: unknown } | Refused | Unanswered
export type Opened =
  | { readonly kind: 'open'; readonly stream: AsyncIterable<Buffer> }
  | Refused
  | Unanswered

export interface Client {
  ask(call: Call): Promise<Reply>
  /** A watch: the answer's octets as they come, until its signal aborts. */
  open(call: Call & { readonly signal: AbortSignal }): Promise<Opened>
  close(): void
}

/** How long a request may take unless it says otherwise. */
export const patience = 10_000

const methods = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
} as const satisfies Record<Verb, string>

/** As client-go's metrics have them. */
const verbs = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'CREATE',
  update: 'UPDATE',
  patch: 'PATCH',
} as const satisfies Record<Verb, string>

export interface ClientSettings {
  readonly credentials: Credentials
  readonly userAgent: string
  readonly metrics: Metrics<typeof controllerMetrics>
}

export function createClient({ credentials, userAgent, metrics }: ClientSettings): Client {
  const connections = new Connections()

  /** One try: the answer's head, or why there is none. */
  async function send(call: Call, access: Access, signal: AbortSignal): Promise<IncomingMessage> {
    const { server } = access
    const url = new URL(`${server.pathname.replace(/\/$/, '')}${call.path}`, server)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    const body = call.body === undefined ? undefined : JSON.stringify(call.body)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const sent = request(url, {
      method: methods[call.verb],
      agent: connections.agent(access, call.purpose ?? purposeOf(call.verb)),
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(access.authorization ? { authorization: access.authorization } : {}),
        // Server-side apply is the one patch that is used here; JSON is YAML.
        ...(body === undefined
          ? {}
          : {
              'content-type':
                call.verb === 'patch' ? 'application/apply-patch+yaml' : 'application/json',
              'content-length': Buffer.byteLength(body),
            }),
      },
    })
    sent.on('response', resolve)
    sent.on('error', error =>
      reject(new Error(error.message, { cause: sent.reusedSocket ? 'reused' : error })),
    )
    sent.end(body)
    return promise
  }

  /** A kept connection may have been closed while the request was under way on it: once more, then. */
  async function begin(call: Call, signal: AbortSignal): Promise<IncomingMessage> {
    const access = await credentials.access()
    const answer = await send(call, access, signal).catch((error: unknown) => {
      const stale = error instanceof Error && error.cause === 'reused' && !signal.aborted
      if (!stale || call.verb === 'create') throw error
      return send(call, access, signal)
    })
    if (answer.statusCode !== 401) return answer
    answer.resume()
    return send(call, await credentials.access('again'), signal)
  }

  function counted(call: Call, host: string, code: string, began: number): void {
    const method = methods[call.verb]
    metrics.counter('rest_client_requests_total', { code, method, host }).value++
    metrics
      .histogram('rest_client_request_duration_seconds', { verb: verbs[call.verb], host })
      .observe((performance.now() - began) / 1000)
  }

  async function perform<T>(
    call: Call,
    signal: AbortSignal,
    finish: (answer: IncomingMessage) => Promise<T>,
  ): Promise<T | Refused | Unanswered> {
    const began = performance.now()
    const host = await credentials.access().then(
      ({ server }) => server.host,
      () => 'unknown',
    )
    try {
      const answer = await begin(call, signal)
      const code = answer.statusCode ?? 0
      const outcome = code >= 200 && code < 300 ? await finish(answer) : await refused(answer)
      counted(call, host, String(code), began)
      return outcome
    } catch (error) {
      counted(call, host, '<error>', began)
      return lost(error, signal)
    }
  }

  return {
    ask(call) {
      const signals = [AbortSignal.timeout(call.deadline ?? patience), call.signal ?? []].flat()
      return perform(call, AbortSignal.any(signals), async answer => ({
        kind: 'ok' as const,
        body: await readJson(answer),
      }))
    },
    async open(call) {
      // The deadline ends with the head: what comes then is watched over by the reader.
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(new Error(noAnswer)), call.deadline ?? patience)
      try {
        const signal = AbortSignal.any([late.signal, call.signal])
        return await perform(call, signal, async stream => ({ kind: 'open' as const, stream }))
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => connections.close(),
  }
}

const noAnswer = 'no answer in time'

function purposeOf(verb: Verb): Purpose {
  if (verb === 'watch') return 'watch'
  return verb === 'get' || verb === 'list' ? 'read' : 'write'
}
