/** What one text may hold at most, so that no object can make the relay refuse those of others. */
import { maxText } from '../directives/lex.ts'
import { print } from '../directives/print.ts'
import { directive } from '../directives/tree.ts'
import type { Server } from './model.ts'
import { blocksOf, type RenderOptions } from './render.ts'

/** Octets that are left for what surrounds the listeners. */
const spare = 4096

/** Files that one text may include; a relay reads no more than a thousand. */
const maxIncludes = 900

export interface Room {
  readonly octets: number
  readonly includes: number
}

export const wholeRoom: Room = { octets: maxText - spare, includes: maxIncludes }

/** The ids of the listeners that find no room, when the first of `servers` come first. */
export function withoutRoom(
  servers: readonly Server[],
  options: RenderOptions,
  room: Room = wholeRoom,
): ReadonlySet<string> {
  const left = { ...room }
  const out = servers.filter(server => {
    const needs = Buffer.byteLength(print([directive('mail', [], blocksOf(server, options))]))
    const includes = server.auth.kind === 'http' && server.auth.secret ? 1 : 0
    if (needs > left.octets || includes > left.includes) return true
    left.octets -= needs
    left.includes -= includes
    return false
  })
  return new Set(out.map(({ id }) => id))
}
