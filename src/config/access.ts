import type { Scope } from '../directives/shape.ts'
import type { Network } from '../directives/shapes/network.ts'
import type { Directive } from '../directives/syntax.ts'
import { settingRows } from '../directives/table.ts'
import type { Level } from './levels.ts'

/** One `allow` or `deny`; of several the first that fits a client counts. */
export interface AccessRule {
  readonly take: boolean
  readonly networks: readonly Network[]
}

/**
 * The rules of the innermost level that has any, as nginx inherits them: `allow` and `deny` are one
 * list, in which the order matters.
 */
export function access(levels: readonly Level[], scope: Scope): readonly AccessRule[] {
  const rules = levels.map(({ order }) => order.filter(isRule)).find(found => found.length > 0)
  return (rules ?? []).flatMap(rule => {
    const take = rule.name.text === 'allow'
    const row = take ? settingRows.allow : settingRows.deny
    return row.value([rule], scope).map(({ networks }) => ({ take, networks }))
  })
}

function isRule({ name }: Directive): boolean {
  return name.text === 'allow' || name.text === 'deny'
}
