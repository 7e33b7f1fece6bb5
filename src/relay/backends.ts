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
  readonly endpoint: Endpoint
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
  /** By address and port. */
  readonly #ports = new Map<string, Map<number, Known>>()
  /** In the order in which they were met. */
  readonly #known = new Set<Known>()
  /** Grows whenever some backend's capabilities change: what is derived from them is stale then. */
  version = 0

  facts(endpoint: Endpoint): BackendFacts {
    return this.#find(endpoint)?.facts ?? nothing
  }

  sessions(endpoint: Endpoint): number {
    return this.#find(endpoint)?.sessions ?? 0
  }

  opened(endpoint: Endpoint): void {
    this.#of(endpoint).sessions++
  }

  closed(endpoint: Endpoint): void {
    const known = this.#find(endpoint)
    if (known) known.sessions--
  }

  learn(endpoint: Endpoint, learned: BackFacts): void {
    const known = this.#of(endpoint)
    const before = known.facts.capabilities
    const capabilities = learned.capabilities ?? before
    const changed = capabilities !== before && capabilities?.join('\n') !== before?.join('\n')
    if (changed) this.version++
    known.facts = {
      identity: learned.identity === 'off' ? known.facts.identity : learned.identity,
      secure: learned.secure,
      capabilities,
    }
  }

  /** All that is known, by `address:port`. */
  *[Symbol.iterator](): Generator<readonly [string, BackendFacts & { readonly sessions: number }]> {
    for (const { endpoint, facts, sessions } of this.#known)
      yield [printEndpoint(endpoint.address, endpoint.port), { ...facts, sessions }]
  }

  #find({ address, port }: Endpoint): Known | undefined {
    return this.#ports.get(address)?.get(port)
  }

  #of(endpoint: Endpoint): Known {
    const known = this.#find(endpoint)
    if (known) return known
    if (this.#known.size >= mostKnown) this.#forget()
    const { address, port } = endpoint
    const fresh = { endpoint: { address, port }, facts: nothing, sessions: 0 }
    const ports = this.#ports.get(address) ?? new Map<number, Known>()
    this.#ports.set(address, ports.set(port, fresh))
    this.#known.add(fresh)
    return fresh
  }

  /** Forgets the backend that was met first among those without a session. */
  #forget(): void {
    for (const known of this.#known) {
      if (known.sessions > 0) continue
      this.#known.delete(known)
      const { address, port } = known.endpoint
      const ports = this.#ports.get(address)
      ports?.delete(port)
      if (ports?.size === 0) this.#ports.delete(address)
      return
    }
  }
}
