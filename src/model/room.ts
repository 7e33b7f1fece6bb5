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

const isIncluding = ({ auth }: Server) => auth.kind === 'http' && auth.secret

/** Whether a relay can read the text of these listeners. */
export function fits(text: string, servers: readonly Server[]): boolean {
  return Buffer.byteLength(text) <= maxText && servers.filter(isIncluding).length <= maxIncludes
}

/** The ids of the listeners that find no room, when the first of `servers` come first. */
export function withoutRoom(
  servers: readonly Server[],
  options: RenderOptions,
): ReadonlySet<string> {
  let octets = maxText - spare
  let includes = maxIncludes
  const out = servers.filter(server => {
    const needs = Buffer.byteLength(print([directive('mail', [], blocksOf(server, options))]))
    const including = isIncluding(server) ? 1 : 0
    if (needs > octets || including > includes) return true
    octets -= needs
    includes -= including
    return false
  })
  return new Set(out.map(({ id }) => id))
}
