import { every } from '../row.ts'
import { loginLimit, sessionLimit } from '../shapes/limit.ts'
import { network } from '../shapes/network.ts'
import type { Context } from '../syntax.ts'
import { saidByAccess, saidByLimits } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

/** Who may come, and how often. */
export const accessRows = {
  allow: every(network('all'), {
    contexts,
    field: saidByAccess,
    doc: 'Clients that are taken. Of all `allow` and `deny` of a level, in the order in which they stand, the first that fits decides; where none does, the client is taken.',
  }),
  deny: every(network('all'), {
    contexts,
    field: saidByAccess,
    doc: 'Clients that are sent away before anything is said to them. See `allow`.',
  }),
  limit_exempt: every(network('host'), {
    contexts,
    field: saidByLimits,
    doc: 'Clients that `limit_conn` and `limit_login` do not hold for, such as webmail and probes.',
  }),
  limit_conn: every(sessionLimit, {
    contexts,
    field: saidByLimits,
    doc: 'How many sessions a listener, a client (an IPv4 address or an IPv6 /64) or a user may have at a time.',
  }),
  limit_login: every(loginLimit, {
    contexts,
    field: saidByLimits,
    doc: 'How many failed logins a user or a client (an IPv4 address or an IPv6 /64) may have in a time, before each further answer is held back.',
  }),
}
