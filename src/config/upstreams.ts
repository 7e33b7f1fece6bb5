import type { Fault } from '../directives/error.ts'
import type { Scope } from '../directives/shape.ts'
import { upstreamName } from '../directives/shapes/proxy-pass.ts'
import { upstreamRows } from '../directives/table.ts'
import type { Upstream } from './config.ts'
import type { Block } from './levels.ts'
import { place } from './place.ts'

/** The groups of backends by name, and a fault for each name that is taken. */
export function upstreams(
  blocks: readonly Block[],
  scope: Scope,
): { readonly byName: ReadonlyMap<string, Upstream>; readonly faults: readonly Fault[] } {
  const byName = new Map<string, Upstream>()
  const faults: Fault[] = []
  for (const { directive, level } of blocks) {
    const name = upstreamName.parse(directive.args[0]?.text ?? '')
    const { position } = directive
    const before = name === undefined ? undefined : byName.get(name)
    if (before) {
      const message = `duplicate upstream "${name}", it stands ${place(before.position, position)}`
      faults.push({ position, message })
    } else if (name !== undefined) {
      const balance = upstreamRows.balance.value(level.found.get('balance') ?? [], scope)
      const servers = upstreamRows.server.value(level.found.get('server') ?? [], scope)
      byName.set(name, { name, balance, servers, position })
    }
  }
  return { byName, faults }
}
