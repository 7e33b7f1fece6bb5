import type { Reason } from '../words/reason.ts'

/** A fault of the cluster's author: a condition on the object, and nothing else is lost. */
export interface Violation {
  readonly condition: 'Accepted' | 'ResolvedRefs'
  readonly reason: Reason
  /** A sentence without its full stop. */
  readonly message: string
  /** Whether the listener must stay closed because of it. */
  readonly closes: boolean
}

/** A part of a listener, as far as it could be made, with all that is wrong with it. */
export interface Resolved<T> {
  readonly value: T
  readonly violations: readonly Violation[]
  /** What the author should know although nothing is wrong yet. */
  readonly notes: readonly string[]
}

export function resolved<T>(
  value: T,
  violations: readonly Violation[] = [],
  notes: readonly string[] = [],
): Resolved<T> {
  return { value, violations, notes }
}

/** A reference that leads nowhere; the listener opens all the same unless it `closes`. */
export function unresolved(reason: Reason, message: string, closes = false): Violation {
  return { condition: 'ResolvedRefs', reason, message, closes }
}

export function refused(reason: Reason, message: string): Violation {
  return { condition: 'Accepted', reason, message, closes: true }
}
