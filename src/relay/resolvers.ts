import type { ServerSettings } from '../config/config.ts'
import { nameServers } from './name-servers.ts'
import { lookupTimeout, type Names, names } from './names.ts'

/** Resolvers whose answers are remembered, the one that was used first forgotten first. */
const mostKnown = 64

/** Whoever is asked for the names of clients; what was learned outlives a configuration. */
export class Resolvers {
  readonly #known = new Map<string, Names>()
  readonly #ofSettings = new WeakMap<ServerSettings, Names>()

  /** `undefined`: nobody is asked. */
  of(settings: ServerSettings): Names | undefined {
    if (settings.resolver.kind === 'off') return undefined
    const known = this.#ofSettings.get(settings) ?? this.#shared(settings)
    this.#ofSettings.set(settings, known)
    return known
  }

  #shared(settings: ServerSettings): Names {
    const key = JSON.stringify([settings.resolver, settings.resolver_timeout])
    const known = this.#known.get(key)
    if (known) return known
    const oldest = this.#known.keys().next()
    if (this.#known.size >= mostKnown && !oldest.done) this.#known.delete(oldest.value)
    const made = namesOf(settings)
    this.#known.set(key, made)
    return made
  }
}

function namesOf({ resolver, resolver_timeout: timeout }: ServerSettings): Names {
  // The machine's resolver cannot be told when to give up; it has the same time for both lookups.
  if (resolver.kind !== 'servers') return names({ timeout: Math.min(lookupTimeout, timeout) })
  return names({
    resolver: nameServers(resolver, timeout),
    timeout: 2 * timeout,
    valid: resolver.valid,
  })
}
