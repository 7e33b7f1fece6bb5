import type { Scope } from '../directives/shape.ts'
import { listenings } from '../directives/shapes/listen.ts'
import type { Directive, Position } from '../directives/syntax.ts'
import { ownRows } from '../directives/table.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import { type AccessRule, access } from './access.ts'
import type { Listen, ServerSettings, Upstream } from './config.ts'
import type { Block, Level } from './levels.ts'
import { inEffect, settings } from './settings.ts'

/** A server block as it is read, before it is known to be whole. */
export interface Draft {
  readonly position: Position
  readonly protocol: ProtocolName | undefined
  readonly listens: readonly Listen[]
  readonly settings: ServerSettings
  readonly access: readonly AccessRule[]
  /** From the inside out, to see who said what. */
  readonly levels: readonly Level[]
}

/** All that the checks look at. */
export interface Whole {
  readonly servers: readonly Draft[]
  readonly upstreams: ReadonlyMap<string, Upstream>
}

const usualPorts: ReadonlyMap<number, ProtocolName> = new Map([
  [143, 'imap'],
  [993, 'imap'],
  [110, 'pop3'],
  [995, 'pop3'],
  [25, 'smtp'],
  [465, 'smtp'],
  [587, 'smtp'],
])

export function draft({ directive, level }: Block, outer: readonly Level[], scope: Scope): Draft {
  const levels = [level, ...outer]
  const listens = (level.found.get('listen') ?? []).flatMap(one =>
    ownRows.listen
      .value([one], scope)
      .flatMap(listenings)
      .map(listen => ({ ...listen, position: one.position })),
  )
  const said = ownRows.protocol.value(level.found.get('protocol') ?? [], scope)
  const protocol = said ?? listens.map(guess).find(found => found !== undefined)
  return {
    position: directive.position,
    protocol,
    listens,
    settings: settings(levels, scope),
    access: access(levels, scope),
    levels,
  }
}

/** The directive that says this of the server, if any does. */
export function saying(name: string, { levels }: Draft): Directive | undefined {
  return inEffect(name, levels).at(-1)
}

/** Where a fault about this directive stands: at the directive, else at the server. */
export function placeOf(name: string, server: Draft): Position {
  return saying(name, server)?.position ?? server.position
}

function guess(listen: Listen): ProtocolName | undefined {
  return usualPorts.get(listen.public) ?? usualPorts.get(listen.port)
}
