import { quote } from '../error.ts'
import type { Shape } from '../shape.ts'

/** `ssl_session_cache`, whose words are checked and then have no effect. */
export interface SessionCache {
  readonly words: readonly string[]
}

const single = /^(?:off|none|builtin(?::\d{1,9})?|shared:[^:]{1,100}:\d{1,9}[kKmM]?)$/

export const sessionCache: Shape<SessionCache> = {
  syntax: 'off | none | [builtin[:NUMBER]] [shared:NAME:SIZE]',
  least: 1,
  most: 2,
  parse(args, scope, name) {
    const alone = args.length === 1
    const wrong = args.filter(
      ({ text }) => !single.test(text) || (!alone && /^(?:off|none)$/.test(text)),
    )
    for (const { text, position } of wrong)
      scope.fault(position, `invalid session cache ${quote(text)} in "${name}"`)
    return wrong.length > 0 ? undefined : { words: args.map(({ text }) => text) }
  },
  print: ({ words }) => words,
}
