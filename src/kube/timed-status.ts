/** What is written to `status`, and whether it must be: pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Condition, ListenerStatus } from '../api/conditions.ts'
import { fields } from '../source/fields.ts'
import { list, word } from './reply.ts'

export interface Address {
  readonly type: 'IPAddress' | 'Hostname'
  readonly value: string
}

/** A status as it should be; a class has nothing but conditions. */
export interface Wanted {
  readonly conditions: readonly Condition[]
  readonly listeners?: readonly ListenerStatus[]
  readonly addresses?: readonly Address[]
}

export type Timed<C = Condition> = C & { readonly lastTransitionTime: string }

export interface Patch {
  readonly conditions: readonly Timed[]
  readonly listeners?: readonly { readonly name: string; readonly conditions: readonly Timed[] }[]
  readonly addresses?: readonly Address[]
}

type Fields = ReadonlyMap<string, unknown>

/** The condition's fields that count, as the API server has them. */
const shown = ['type', 'status', 'reason', 'message', 'observedGeneration'] as const

/**
 * What to apply so that `status` becomes as wanted; `undefined`: it already is, or somebody who saw a
 * newer generation wrote it. Conditions of other types are nobody's business here.
 */
export function patch(status: unknown, wanted: Wanted, now: string): Patch | undefined {
  const found = fields(status)
  const held = conditionsOf(found)
  if (wanted.conditions.some(one => isOlder(one, held))) return undefined
  const listeners = new Map(
    list(found?.get('listeners')).map(one => [word(fields(one)?.get('name')), fields(one)]),
  )
  if (
    holds(held, wanted.conditions) &&
    holdsListeners(listeners, wanted.listeners ?? []) &&
    isDeepStrictEqual(list(found?.get('addresses')), wanted.addresses ?? [])
  )
    return undefined
  return {
    conditions: timed(wanted.conditions, held, now),
    ...(wanted.listeners && {
      listeners: wanted.listeners.map(({ name, conditions }) => ({
        name,
        conditions: timed(conditions, conditionsOf(listeners.get(name)), now),
      })),
    }),
    ...(wanted.addresses && { addresses: wanted.addresses }),
  }
}

const isOlder = (one: Condition, held: ReadonlyMap<string, Fields>): boolean =>
  Number(held.get(one.type)?.get('observedGeneration') ?? 0) > one.observedGeneration

function holdsListeners(
  held: ReadonlyMap<string, Fields | undefined>,
  wanted: readonly ListenerStatus[],
): boolean {
  return (
    held.size === wanted.length &&
    wanted.every(
      ({ name, conditions }) => held.has(name) && holds(conditionsOf(held.get(name)), conditions),
    )
  )
}

const holds = (held: ReadonlyMap<string, Fields>, wanted: readonly Condition[]): boolean =>
  wanted.every(one => shown.every(field => held.get(one.type)?.get(field) === one[field]))

/** By type. */
export function conditionsOf(found: Fields | undefined): ReadonlyMap<string, Fields> {
  const all = list(found?.get('conditions')).flatMap(one => fields(one) ?? [])
  return new Map(all.map(one => [word(one.get('type')), one]))
}

/** The time turns only when `status` does. */
const timed = (
  wanted: readonly Condition[],
  held: ReadonlyMap<string, Fields>,
  now: string,
): readonly Timed[] =>
  wanted.map(one => {
    const before = held.get(one.type)
    const since = before?.get('status') === one.status ? word(before.get('lastTransitionTime')) : ''
    return { ...one, lastTransitionTime: since || now }
  })
