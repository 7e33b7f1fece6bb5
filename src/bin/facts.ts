import type { PodState } from '../kube/fleet.ts'
import type { BackendFact } from '../model/trusted.ts'

/** Where pods differ, what needs a hand counts. */
const identities = ['refused', 'ignored', 'not-offered', 'unconfirmed', 'believed', 'off']

/** Addresses that are remembered; as many as a relay remembers. */
const mostKnown = 4_096

/**
 * What is known of backends from all relays. A relay that was restarted has forgotten; what it said
 * before counts until some relay says otherwise.
 */
export class Facts {
  #known: ReadonlyMap<string, BackendFact> = new Map()

  get all(): ReadonlyMap<string, BackendFact> {
    return this.#known
  }

  learn(states: readonly PodState[]): void {
    const said = new Map<string, BackendFact>()
    for (const state of states)
      for (const [place, fact] of state.kind === 'said' ? state.backends : [])
        said.set(place, together(said.get(place), fact))
    const next = new Map(this.#known)
    for (const [place, fact] of said) {
      const before = next.get(place)
      next.delete(place)
      next.set(place, {
        identity: fact.identity ?? before?.identity,
        secure: fact.secure ?? before?.secure,
      })
    }
    this.#known = new Map([...next].slice(-mostKnown))
  }
}

function together(one: BackendFact | undefined, other: BackendFact): BackendFact {
  if (!one) return other
  const words = [one.identity, other.identity]
  const identity = identities.find(word => words.includes(word)) ?? one.identity
  return {
    identity,
    secure: one.secure === false || other.secure === false ? false : (one.secure ?? other.secure),
  }
}
