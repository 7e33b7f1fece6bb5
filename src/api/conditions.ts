import type { ConditionType, Reason } from '../words/reason.ts'

/**
 * A condition as it is judged. Whoever writes it adds `lastTransitionTime`, which turns only when
 * `status` does.
 */
export interface Condition {
  readonly type: ConditionType
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: Reason
  /** Sentences, sorted, that name every fault. */
  readonly message: string
  readonly observedGeneration: number
}

export interface ListenerStatus {
  readonly name: string
  readonly conditions: readonly Condition[]
}

export interface Status {
  readonly conditions: readonly Condition[]
  readonly listeners: readonly ListenerStatus[]
}

/** Kubernetes allows 32 KiB in a message. */
const maxMessage = 32_000

/** Every sentence once, sorted, so that the same faults always read the same. */
export function message(sentences: readonly string[]): string {
  const text = [...new Set(sentences)].sort().join('; ')
  return text.length > maxMessage ? `${text.slice(0, maxMessage)}...` : text
}
