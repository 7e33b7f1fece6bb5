/** Verdicts and the relay's answer → the conditions of each object and of its listeners. */
import { type Condition, type ListenerStatus, message, type Status } from '../api/conditions.ts'
import type { ObjectKey } from '../api/objects.ts'
import { type ConditionType, type Reason, reasons } from '../words/reason.ts'
import type { Built, ListenerVerdict, Verdict } from './build.ts'
import { type Fleet, fleetOutcomes } from './fleet.ts'
import { type Answered, type Finding, outcomes } from './programmed.ts'
import { trusted } from './trusted.ts'

/** By object key. `answer` is `undefined` until the relay has answered. */
export function statuses(
  { verdicts, generation }: Pick<Built, 'verdicts' | 'generation'>,
  answer: Answered | undefined,
): ReadonlyMap<ObjectKey, Status> {
  const programmed = outcomes(answer, generation)
  return new Map(verdicts.map(verdict => [verdict.key, status(verdict, programmed)]))
}

/** The same where many relays stand behind one Service. */
export function fleetStatuses(
  built: Pick<Built, 'verdicts' | 'generation' | 'servers'>,
  answer: Answered | undefined,
  fleet: Fleet,
): ReadonlyMap<ObjectKey, Status> {
  const programmed = fleetOutcomes(fleet, answer, built)
  const servers = new Map(built.servers.map(server => [server.id, server]))
  return new Map(
    built.verdicts.map(verdict => {
      const own = verdict.listeners.flatMap(({ id }) => servers.get(id) ?? [])
      return [verdict.key, status(verdict, programmed, trusted(own, fleet.facts))]
    }),
  )
}

type Outcomes = (id: string) => Finding

function status(verdict: Verdict, programmed: Outcomes, backends?: Finding): Status {
  const observed = (type: ConditionType, { sentences, ...rest }: Finding): Condition => ({
    type,
    ...rest,
    message: message(sentences.length > 0 ? sentences : [reasons[rest.reason]]),
    observedGeneration: verdict.generation,
  })
  const listeners = verdict.listeners.map(one => ({
    name: one.name,
    accepted: accepted(one),
    refs: refs(one),
    programmed: one.published ? programmed(one.id) : leftOut,
  }))
  const prefixed = (pick: (one: (typeof listeners)[number]) => Finding) =>
    listeners.map(one => prefix(one.name, pick(one)))
  return {
    conditions: [
      observed(
        'Accepted',
        objectAccepted(
          verdict,
          prefixed(one => one.accepted),
        ),
      ),
      observed(
        'ResolvedRefs',
        together(
          prefixed(one => one.refs),
          'ResolvedRefs',
        ),
      ),
      observed(
        'Programmed',
        together(
          prefixed(one => one.programmed),
          'Programmed',
        ),
      ),
      ...(backends ? [observed('BackendsTrusted', backends)] : []),
    ],
    listeners: listeners.map(
      (one): ListenerStatus => ({
        name: one.name,
        conditions: [
          observed('Accepted', one.accepted),
          observed('ResolvedRefs', one.refs),
          observed('Programmed', one.programmed),
        ],
      }),
    ),
  }
}

const leftOut: Finding = {
  status: 'False',
  reason: 'NotPublished',
  sentences: [reasons.NotPublished],
}

function accepted({ violations }: ListenerVerdict): Finding {
  const faults = violations.filter(({ condition }) => condition === 'Accepted')
  return {
    status: faults.length === 0 ? 'True' : 'False',
    reason: faults[0]?.reason ?? 'Accepted',
    sentences: faults.map(fault => fault.message),
  }
}

function refs({ violations, notes }: ListenerVerdict): Finding {
  const faults = violations.filter(({ condition }) => condition === 'ResolvedRefs')
  return {
    status: faults.length === 0 ? 'True' : 'False',
    reason: faults[0]?.reason ?? 'ResolvedRefs',
    sentences: [...faults.map(fault => fault.message), ...notes],
  }
}

/** Taken, even partially: True. A version that was refused whole: False, whatever goes on. */
function objectAccepted({ faults }: Verdict, listeners: readonly Finding[]): Finding {
  const taken = listeners.filter(({ status }) => status === 'True')
  const sentences = listeners.flatMap(one => one.sentences)
  if (faults.length > 0)
    return {
      status: 'False',
      reason: 'Invalid',
      sentences: [
        ...faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
        ...(listeners.length > 0 ? ['the version before goes on'] : []),
      ],
    }
  if (taken.length === listeners.length) return { status: 'True', reason: 'Accepted', sentences }
  if (taken.length > 0) return { status: 'True', reason: 'PartiallyInvalid', sentences }
  return { status: 'False', reason: listeners[0]?.reason ?? 'Invalid', sentences }
}

/** The worst of the listeners speaks for the object. */
function together(listeners: readonly Finding[], good: Reason): Finding {
  const sentences = listeners.flatMap(one => one.sentences)
  const worst =
    listeners.find(({ status }) => status === 'False') ??
    listeners.find(({ status }) => status === 'Unknown')
  if (worst) return { ...worst, sentences }
  return listeners.length > 0
    ? { status: 'True', reason: good, sentences }
    : { status: 'False', reason: 'Invalid', sentences }
}

function prefix(name: string, finding: Finding): Finding {
  return { ...finding, sentences: finding.sentences.map(one => `listener ${name}: ${one}`) }
}
