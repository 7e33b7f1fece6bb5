import type { IncomingMessage } from 'node:http'
import { fields } from '../source/fields.ts'

/** The API server's no. */
export interface Refused {
  readonly kind: 'refused'
  /** HTTP's. */
  readonly code: number
  /** In one word: `Conflict`, `Forbidden`, …; empty where the answer was no Status. */
  readonly reason: string
  readonly message: string
  /** Milliseconds that it asks us to wait. */
  readonly retryAfter: number | undefined
  /** The fields at fault. */
  readonly causes: readonly string[]
}

/** No answer, or one that breaks off or is not JSON. */
export interface Unanswered {
  readonly kind: 'lost'
  readonly reason: string
}

/** Octets of an answer; a page that is larger is asked for in smaller pages. */
export const answerCap = 64 * 1024 * 1024
export const tooLarge = 'the answer is too large'

/** An hour: what a sound server may ask us to wait. */
const longestWait = 3_600_000
const shownMessage = 1_000

/** Rejects where it breaks off, is no JSON, or is too large. */
export async function readJson(answer: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    length += chunk.length
    if (length > answerCap) throw new Error(tooLarge)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

export async function refused(answer: IncomingMessage): Promise<Refused> {
  const body = fields(await readJson(answer).catch(() => undefined))
  const after = Number(answer.headers['retry-after'])
  const details = fields(body?.get('details'))
  return {
    kind: 'refused',
    code: answer.statusCode ?? 0,
    reason: word(body?.get('reason')),
    message: word(body?.get('message')) || `HTTP ${answer.statusCode}`,
    retryAfter: after > 0 ? Math.min(after * 1000, longestWait) : undefined,
    causes: list(details?.get('causes')).map(cause => word(fields(cause)?.get('field'))),
  }
}

export function lost(error: unknown, signal: AbortSignal): Unanswered {
  const cause: unknown = signal.aborted ? signal.reason : error
  if (cause instanceof Error && cause.name === 'TimeoutError')
    return { kind: 'lost', reason: 'no answer in time' }
  return { kind: 'lost', reason: cause instanceof Error ? cause.message : String(cause) }
}

export const word = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, shownMessage) : ''

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
