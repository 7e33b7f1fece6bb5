import type { Row } from './row.ts'
import { accessRows } from './rows/access.ts'
import { authHttpRows } from './rows/auth-http.ts'
import { blockRows } from './rows/blocks.ts'
import { coreRows } from './rows/core.ts'
import { mainRows } from './rows/main.ts'
import { protocolRows } from './rows/protocols.ts'
import { proxyRows } from './rows/proxy.ts'
import { ownRows } from './rows/server.ts'
import { sslRows } from './rows/ssl.ts'
import { upstreamRows } from './rows/upstream.ts'
import type { Context } from './syntax.ts'

/**
 * Every directive, each in one row. The parser, the checks, the defaults, the fields of a MailProxy
 * and the reference page come from here; a new directive is a row in one of these groups.
 */
export const settingRows = {
  ...coreRows,
  ...authHttpRows,
  ...proxyRows,
  ...sslRows,
  ...protocolRows,
  ...accessRows,
}

export { blockRows, mainRows, ownRows, upstreamRows }

export interface Entry {
  readonly name: string
  readonly row: Row<unknown>
  /** What a block opens. */
  readonly opens: Context | undefined
}

const opened = new Map<string, Context>([
  ['mail', 'mail'],
  ['server', 'server'],
  ['upstream', 'upstream'],
])

function entries(rows: Readonly<Record<string, Row<unknown>>>, blocks: boolean): readonly Entry[] {
  return Object.entries(rows).map(([name, row]) => ({
    name,
    row,
    opens: blocks ? opened.get(name) : undefined,
  }))
}

/** In the order of the reference page. */
export const table: readonly Entry[] = [
  ...entries(blockRows, true),
  ...entries(ownRows, false),
  ...entries(settingRows, false),
  ...entries(upstreamRows, false),
  ...entries(mainRows, false),
]

const byPlace = new Map(
  table.flatMap(known => known.row.contexts.map(context => [`${context} ${known.name}`, known])),
)

/** The directive of this name in this context. */
export function entry(name: string, context: Context): Entry | undefined {
  return byPlace.get(`${context} ${name}`)
}

/** The contexts in which a directive of this name stands; empty: there is none of this name. */
export function contextsOf(name: string): readonly Context[] {
  return table.filter(known => known.name === name).flatMap(({ row }) => row.contexts)
}
