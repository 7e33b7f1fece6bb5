import type { Balance, Upstream, UpstreamServer } from '../config/config.ts'

/**
 * Which endpoint next. A balancer belongs to one upstream of one configuration and is replaced with
 * it; sessions under way are counted by endpoint elsewhere, so that the count outlives a reload.
 */
export interface Balancer {
  /** The next endpoint that is not in `tried`, or `undefined`. */
  next(tried: ReadonlySet<UpstreamServer>): UpstreamServer | undefined
}

/** Sessions that an endpoint has now. */
export type Load = (server: UpstreamServer) => number

interface Candidate {
  readonly server: UpstreamServer
  /** Smooth weighted round robin: how far this one is behind its share. */
  credit: number
}

type Choose = (candidates: readonly Candidate[]) => Candidate | undefined

/**
 * Servers in the order in which they are fallen back to: those in service, then `backup`, then those
 * that leave (`draining`). `down` ones never.
 */
export function tiers(servers: readonly UpstreamServer[]): readonly (readonly UpstreamServer[])[] {
  const up = servers.filter(server => !server.down && server.weight > 0)
  return [
    up.filter(server => !server.draining && !server.backup),
    up.filter(server => !server.draining && server.backup),
    up.filter(server => server.draining),
  ].filter(tier => tier.length > 0)
}

export function balancer(upstream: Upstream, load: Load): Balancer {
  const ranks = tiers(upstream.servers).map(tier => tier.map(server => ({ server, credit: 0 })))
  const choose = choices[upstream.balance](load)
  return {
    next(tried) {
      for (const rank of ranks) {
        const left = tried.size === 0 ? rank : rank.filter(({ server }) => !tried.has(server))
        const chosen = choose(left)
        if (chosen) return chosen.server
      }
      return undefined
    },
  }
}

const choices: Readonly<Record<Balance, (load: Load) => Choose>> = {
  round_robin: () => roundRobin,
  least_conn: load => candidates => leastConnections(candidates, load),
}

/** Each gains its weight, the one that is owed most pays the sum: turns are spread, not bunched. */
function roundRobin(candidates: readonly Candidate[]): Candidate | undefined {
  let total = 0
  let best: Candidate | undefined
  for (const candidate of candidates) {
    candidate.credit += candidate.server.weight
    total += candidate.server.weight
    if (!best || candidate.credit > best.credit) best = candidate
  }
  if (best) best.credit -= total
  return best
}

/** The fewest sessions for its weight; equals take turns. */
function leastConnections(candidates: readonly Candidate[], load: Load): Candidate | undefined {
  let least = Number.POSITIVE_INFINITY
  let equals: Candidate[] = []
  for (const candidate of candidates) {
    const share = load(candidate.server) / candidate.server.weight
    if (share > least) continue
    if (share < least) equals = []
    least = share
    equals.push(candidate)
  }
  return roundRobin(equals)
}
