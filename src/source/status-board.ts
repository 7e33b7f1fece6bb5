import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import type { Condition, Status } from '../api/conditions.ts'
import type { Fault } from './source.ts'

type Timed = Condition & { readonly lastTransitionTime: string }

interface TimedStatus {
  readonly conditions: readonly Timed[]
  readonly listeners: readonly { readonly name: string; readonly conditions: readonly Timed[] }[]
}

/** The status of every object where there is no API server to write it to. */
export class StatusBoard {
  #held: ReadonlyMap<string, TimedStatus> = new Map()

  /** Takes the place of what was there; answers the objects whose status changed. */
  update(statuses: ReadonlyMap<string, Status>, now: Date): readonly [string, TimedStatus][] {
    const before = this.#held
    const next = new Map(
      [...statuses].map(([key, status]) => [key, timed(status, before.get(key), now)]),
    )
    this.#held = next
    return [...next].filter(([key, status]) => !isDeepStrictEqual(status, before.get(key)))
  }

  /** Every object's status by its key; what cannot be read stands above it as comments. */
  yaml(faults: readonly Fault[]): string {
    const comments = faults.map(({ where, message }) => comment(`${where}: ${message}`))
    return `${comments.join('')}${stringify(Object.fromEntries(this.#held), { lineWidth: 0 })}`
  }
}

function timed(status: Status, before: TimedStatus | undefined, now: Date): TimedStatus {
  return {
    conditions: stamped(status.conditions, before?.conditions, now),
    listeners: status.listeners.map(({ name, conditions }) => {
      const held = before?.listeners.find(one => one.name === name)
      return { name, conditions: stamped(conditions, held?.conditions, now) }
    }),
  }
}

/** The time turns only when `status` does, as everywhere in Kubernetes. */
const stamped = (
  conditions: readonly Condition[],
  before: readonly Timed[] | undefined,
  now: Date,
): readonly Timed[] =>
  conditions.map(condition => {
    const held = before?.find(({ type }) => type === condition.type)
    const same = held?.status === condition.status
    const time = same ? held.lastTransitionTime : now.toISOString().replace(/\.\d+Z$/, 'Z')
    return { ...condition, lastTransitionTime: time }
  })

const comment = (text: string): string => `${text.replace(/^/gm, '# ')}\n`
