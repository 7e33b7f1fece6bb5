/** What every ready pod of the published Service says → whether each listener runs everywhere. */
import type { Server } from './model.ts'
import { type Answered, type AnsweredListener, type Finding, outcomes } from './programmed.ts'
import type { BackendFact } from './trusted.ts'

export type PodAnswer =
  | {
      readonly kind: 'said'
      readonly pod: string
      readonly generation: string
      readonly listeners: readonly AnsweredListener[]
    }
  | { readonly kind: 'silent'; readonly pod: string; readonly reason: string }

/** All relays that clients can reach, as far as the leader of the controllers knows. */
export interface Fleet {
  /** Without any, the leader's own relay speaks for all. */
  readonly pods: readonly PodAnswer[]
  /** The published Service and the public ports that it lacks. */
  readonly published?: { readonly service: string; readonly lacking: ReadonlySet<number> }
  /** By `address:port`. */
  readonly facts: ReadonlyMap<string, BackendFact>
}

/** Pods that a message names; of a fleet that differs as a whole a few say enough. */
const shownPods = 5

/** By listener id. */
export function fleetOutcomes(
  { pods, published }: Fleet,
  own: Answered | undefined,
  built: { readonly generation: string; readonly servers: readonly Server[] },
): (id: string) => Finding {
  const spoken = pods.length > 0 ? pods.map(pod => ofPod(pod, built.generation)) : undefined
  const alone = outcomes(own, built.generation)
  const ports = new Map(built.servers.map(({ id, publicPort }) => [id, publicPort]))
  return id => {
    const found = spoken ? together(spoken.map(outcome => outcome(id))) : alone(id)
    const port = ports.get(id)
    if (found.status !== 'True' || port === undefined || !published?.lacking.has(port)) return found
    const sentence = `the Service ${published.service} has no port ${port}`
    return {
      status: 'False',
      reason: 'PortNotPublished',
      sentences: [sentence, ...found.sentences],
    }
  }
}

function ofPod(pod: PodAnswer, generation: string): (id: string) => Finding {
  if (pod.kind === 'silent') {
    const sentences = [`pod ${pod.pod} does not say what it runs: ${pod.reason}`]
    return () => ({ status: 'Unknown', reason: 'PodsUnreachable', sentences })
  }
  if (pod.generation !== generation) {
    const sentences = [`pod ${pod.pod} runs another text`]
    return () => ({ status: 'False', reason: 'PodsDiffer', sentences })
  }
  const outcome = outcomes({ kind: 'applied', generation, listeners: pod.listeners }, generation)
  return id => {
    const found = outcome(id)
    return { ...found, sentences: found.sentences.map(one => `pod ${pod.pod}: ${one}`) }
  }
}

/** The worst speaks for all; every pod that is not well is named, as far as there is room. */
function together(found: readonly Finding[]): Finding {
  const bad = found.filter(({ status }) => status === 'False')
  const unknown = found.filter(({ status }) => status === 'Unknown')
  const worst = bad[0] ?? unknown[0]
  const named = (worst ? [...bad, ...unknown] : found).flatMap(({ sentences }) => sentences)
  const rest = named.length - shownPods
  return {
    status: worst?.status ?? 'True',
    reason: worst?.reason ?? 'Programmed',
    sentences: rest > 0 ? [...named.slice(0, shownPods), `and ${rest} more`] : named,
  }
}
