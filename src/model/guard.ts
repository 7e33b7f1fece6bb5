import type { Limits } from '../api/guard.ts'
import type { Directive } from '../directives/syntax.ts'
import { directive } from '../directives/tree.ts'
import type { Subject } from './subject.ts'

/** Who may come to a listener and how often; the listener's own word replaces that of `spec`. */
export function guard({ proxy, listener }: Subject): readonly Directive[] {
  const { allow, deny = [] } = listener.access ?? proxy.spec.access ?? {}
  const limits = listener.limits ?? proxy.spec.limits ?? {}
  return [
    ...deny.map(network => directive('deny', [network])),
    ...(allow ?? []).map(network => directive('allow', [network])),
    ...(allow ? [directive('deny', ['all'])] : []),
    ...sessions(limits),
    ...failedLogins(limits),
    ...(limits.exempt ?? []).map(network => directive('limit_exempt', [network])),
  ]
}

const holders = ['listener', 'client', 'user'] as const

function sessions({ sessions = {} }: Limits): readonly Directive[] {
  return holders.flatMap(of => {
    const most = sessions[of]
    return most === undefined ? [] : [directive('limit_conn', [of, `${most}`])]
  })
}

function failedLogins({ failedLogins = {} }: Limits): readonly Directive[] {
  return (['user', 'client'] as const).flatMap(of => {
    const rate = failedLogins[of]
    return rate ? [directive('limit_login', [of, `${rate.count}`, 'per', `${rate.per}`])] : []
  })
}
