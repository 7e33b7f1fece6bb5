import { every, set } from '../row.ts'
import { one } from '../shape.ts'
import { upstreamServer } from '../shapes/upstream-server.ts'
import type { Context } from '../syntax.ts'
import { oneOf } from '../values.ts'
import { saidByBackendRefs } from './without.ts'

const contexts: readonly Context[] = ['upstream']

export const balances = ['round_robin', 'least_conn'] as const
export type Balance = (typeof balances)[number]

export const upstreamRows = {
  balance: set(one('round_robin | least_conn', oneOf(...balances)), {
    contexts,
    default: 'round_robin',
    fallback: 'round_robin',
    field: true,
    doc: 'How a backend is chosen: each in its turn, or the one with the fewest sessions, by weight.',
  }),
  server: every(upstreamServer, {
    contexts,
    field: saidByBackendRefs,
    doc: 'A backend. One that is `backup` or `draining` is used when no other is left, one that is `down` never; the sessions of one that becomes `draining` are told to connect again where another can be used; `ssl_name=` is the name that its certificate must have.',
  }),
}
