import type { Row } from '../directives/row.ts'
import type { Scope } from '../directives/shape.ts'
import type { Directive } from '../directives/syntax.ts'
import { settingRows } from '../directives/table.ts'
import type { ServerSettings } from './config.ts'
import type { Level } from './levels.ts'

type Name = keyof ServerSettings

const rows: { readonly [N in Name]: Row<ServerSettings[N]> } = settingRows

/** The directives of this name at the innermost level that has any: a list replaces the outer one. */
export function inEffect(name: string, levels: readonly Level[]): readonly Directive[] {
  return levels.map(level => level.found.get(name)).find(found => found !== undefined) ?? []
}

/** All settings of a server whose levels are given from the inside out. */
export function settings(levels: readonly Level[], scope: Scope): ServerSettings {
  const values: { -readonly [N in Name]?: ServerSettings[N] } = {}
  const fill = <N extends Name>(name: N) => {
    values[name] = rows[name].value(inEffect(name, levels), scope)
  }
  for (const name of Object.keys(rows).filter(isName)) fill(name)
  if (!isWhole(values)) throw new Error('a setting has no row')
  return inEffect('proxy_connect_timeout', levels).length > 0 ? values : withinTimeout(values)
}

/** nginx has the one `timeout` for all that a backend may take until the login. */
function withinTimeout(values: ServerSettings): ServerSettings {
  const { proxy_connect_timeout, timeout } = values
  return { ...values, proxy_connect_timeout: Math.min(proxy_connect_timeout, timeout) }
}

function isName(name: string): name is Name {
  return Object.hasOwn(rows, name)
}

function isWhole(values: { readonly [N in Name]?: ServerSettings[N] }): values is ServerSettings {
  return Object.keys(rows).every(name => Object.hasOwn(values, name))
}
