import type { Condition } from '../api/conditions.ts'
import { fields } from '../source/fields.ts'
import type { Reason } from '../words/reason.ts'
import { conditionsOf } from './timed-status.ts'

/** A condition that turned, as an Event tells it. */
export interface Transition {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly note: string
}

/** True, and yet not what its author meant. */
const partly: ReadonlySet<Reason> = new Set(['PartiallyInvalid', 'DefaultIgnored'])

/** What is worth an Event: bad news, and good news after bad or at the beginning. */
export function transitions(status: unknown, wanted: readonly Condition[]): readonly Transition[] {
  const held = conditionsOf(fields(status))
  return wanted.flatMap(one => {
    const before = held.get(one.type)
    const turned = before?.get('status') !== one.status || before?.get('reason') !== one.reason
    if (!turned || one.status === 'Unknown') return []
    const good = one.status === 'True' && !partly.has(one.reason)
    // That nothing was missing from the first is no news.
    const isFirst = before === undefined || before.get('status') === 'Unknown'
    if (good && isFirst && one.type !== 'Accepted' && one.type !== 'Programmed') return []
    return [{ type: good ? 'Normal' : 'Warning', reason: one.reason, note: one.message }]
  })
}
