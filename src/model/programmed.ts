/** What the relay answered → whether each listener runs. */
import type { Reason } from '../words/reason.ts'

/** The relay's answer, as `handoff/answer.ts` has it. */
export type Answered =
  | {
      readonly kind: 'applied'
      readonly generation: string
      readonly listeners: readonly AnsweredListener[]
    }
  | {
      readonly kind: 'refused'
      readonly generation: string
      readonly errors: readonly string[]
    }
  /** The text could not even be written for the relay. */
  | { readonly kind: 'failed'; readonly reason: string }

export interface AnsweredListener {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly outcome: 'applied' | 'kept' | 'failed'
  readonly reason?: string
}

/** How a condition stands, before it is put in words. */
export interface Finding {
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: Reason
  readonly sentences: readonly string[]
}

const pending: Finding = {
  status: 'Unknown',
  reason: 'Pending',
  sentences: [],
}

/** A text that the relay refuses is our fault; a few of its errors say enough. */
const shownErrors = 5

/** By listener id. An answer about another generation says nothing about this one. */
export function outcomes(
  answer: Answered | undefined,
  generation: string,
): (id: string) => Finding {
  if (answer?.kind === 'failed') {
    const sentences = [`the text cannot be handed over: ${answer.reason}`]
    return () => ({ ...pending, sentences })
  }
  if (!answer || answer.generation !== generation) return () => pending
  if (answer.kind === 'refused') {
    const sentences = answer.errors.slice(0, shownErrors)
    return () => ({ status: 'False', reason: 'TextRefused', sentences })
  }
  const byName = Map.groupBy(answer.listeners, ({ name }) => name)
  return id => outcome(byName.get(id) ?? [])
}

function outcome(sockets: readonly AnsweredListener[]): Finding {
  const applied = sockets.some(socket => socket.outcome === 'applied')
  const spared = sockets.filter(socket => applied && isWithoutFamily(socket))
  const failed = sockets.filter(socket => socket.outcome === 'failed' && !spared.includes(socket))
  const kept = sockets.filter(socket => socket.outcome === 'kept')
  const sentences = [...failed, ...kept, ...spared].map(
    ({ address, port, outcome, reason = '' }) => `${address} port ${port} ${outcome}: ${reason}`,
  )
  if (failed.length > 0) return { status: 'False', reason: 'ListenerFailed', sentences }
  if (kept.length > 0) return { status: 'False', reason: 'ListenerKept', sentences }
  return applied ? { status: 'True', reason: 'Programmed', sentences } : pending
}

/** A machine without IPv6 opens what it can; that is no fault of the object. */
function isWithoutFamily({ address, outcome, reason = '' }: AnsweredListener): boolean {
  return outcome === 'failed' && address === '::' && /EAFNOSUPPORT|no such address/.test(reason)
}
