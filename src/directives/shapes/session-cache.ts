import { quote } from '../error.ts'
import type { Shape } from '../shape.ts'
import { size } from '../values.ts'

/** `ssl_session_cache`, whose words are checked and then have no effect. */
export interface SessionCache {
  readonly words: readonly string[]
}

const single = /^(?:off|none|builtin(?::\d{1,9})?|shared:[^:]{1,100}:(?<size>\d{1,9}[kKmM]?))$/

/** nginx's on Linux: eight pages. */
const least = size(32_768, 2 ** 40)

export const sessionCache: Shape<SessionCache> = {
  syntax: 'off | none | [builtin[:NUMBER]] [shared:NAME:SIZE]',
  least: 1,
  most: 2,
  parse(args, scope, name) {
    const wrong = args.flatMap(({ text, position }) => {
      const reason = fault(text)
      return reason === undefined ? [] : [{ position, reason }]
    })
    for (const { position, reason } of wrong) scope.fault(position, `${reason} in "${name}"`)
    return wrong.length > 0 ? undefined : { words: args.map(({ text }) => text) }
  },
  print: ({ words }) => words,
}

function fault(text: string): string | undefined {
  const found = single.exec(text)
  if (!found) return `invalid session cache ${quote(text)}`
  const zone = found.groups?.['size']
  if (zone === undefined || least.parse(zone) !== undefined) return undefined
  return `session cache ${quote(text)} is too small`
}
