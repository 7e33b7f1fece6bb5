import type { BackFacts } from '../protocol/protocol.ts'
import { printEndpoint } from '../wire/address.ts'
import type { Identity } from '../words/identity.ts'

/** An address that a session can be carried to. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** What the sessions so far have taught about one backend address. */
export interface BackendFacts {
  readonly identity: Identity | undefined
  /** Whether the last leg was TLS when the credentials went over it. */
  readonly secure: boolean | undefined
  /** What the last EHLO said. */
  readonly capabilities: readonly string[] | undefined
}

interface Known {
  facts: BackendFacts
  sessions: number
}

/** Addresses that are remembered; an auth server can name any number of them. */
const mostKnown = 4_096

const nothing: BackendFacts = { identity: undefined, secure: undefined, capabilities: undefined }

/**
 * The backends that a process has met, by address: what was learned of them, and how many sessions
 * each carries now. It outlives configurations, so that a reload forgets nothing.
 */
export class Backends {
  readonly #known = new Map<string, Known>()
  /** Grows whenever some backend's capabilities change: what is derived from them is stale then. */
  version = 0

  facts(endpoint: Endpoint): BackendFacts {
    return this.#known.get(key(endpoint))?.facts ?? nothing
  }

  sessions(endpoint: Endpoint): number {
    return this.#known.get(key(endpoint))?.sessions ?? 0
  }

  opened(endpoint: Endpoint): void {
    this.#of(endpoint).sessions++
  }

  closed(endpoint: Endpoint): void {
    const known = this.#known.get(key(endpoint))
    if (known) known.sessions--
  }

  learn(endpoint: Endpoint, learned: BackFacts): void {
    const known = this.#of(endpoint)
    const before = known.facts.capabilities
    const capabilities = learned.capabilities ?? before
    if (capabilities?.join('\n') !== before?.join('\n')) this.version++
    known.facts = {
      identity: learned.identity === 'off' ? known.facts.identity : learned.identity,
      secure: learned.secure,
      capabilities,
    }
  }

  /** All that is known, by `address:port`. */
  *[Symbol.iterator](): Generator<readonly [string, BackendFacts & { readonly sessions: number }]> {
    for (const [name, { facts, sessions }] of this.#known) yield [name, { ...facts, sessions }]
  }

  #of(endpoint: Endpoint): Known {
    const name = key(endpoint)
    const known = this.#known.get(name)
    if (known) return known
    if (this.#known.size >= mostKnown) this.#forget()
    const fresh = { facts: nothing, sessions: 0 }
    this.#known.set(name, fresh)
    return fresh
  }

  /** Forgets the backend that was met first among those without a session. */
  #forget(): void {
    for (const [name, { sessions }] of this.#known) {
      if (sessions > 0) continue
      this.#known.delete(name)
      return
    }
  }
}

function key({ address, port }: Endpoint): string {
  return printEndpoint(address, port)
}
