import { quote } from '../error.ts'
import { read, type Shape } from '../shape.ts'
import { duration, integer, oneOf } from '../values.ts'

/** `limit_conn`: how many sessions one of these may have at a time. */
export interface SessionLimit {
  readonly of: 'listener' | 'client' | 'user'
  readonly most: number
}

/** `limit_login`: how many failed logins one of these may have in `time` milliseconds. */
export interface LoginLimit {
  readonly of: 'user' | 'client'
  readonly failures: number
  readonly time: number
}

const count = integer(1, 1_000_000)
const holders = oneOf('listener', 'client', 'user')
const strangers = oneOf('user', 'client')
const time = duration(1_000)

export const sessionLimit: Shape<SessionLimit> = {
  syntax: 'listener | client | user NUMBER',
  least: 2,
  most: 2,
  parse([whose, number], scope, name) {
    const of = whose && read(whose, holders, scope, name)
    const most = number && read(number, count, scope, name)
    return of === undefined || most === undefined ? undefined : { of, most }
  },
  print: ({ of, most }) => [of, count.print(most)],
}

export const loginLimit: Shape<LoginLimit> = {
  syntax: 'user | client FAILURES per TIME',
  least: 4,
  most: 4,
  parse([whose, number, per, span], scope, name) {
    const of = whose && read(whose, strangers, scope, name)
    const failures = number && read(number, count, scope, name)
    const within = span && read(span, time, scope, name)
    if (per && per.text !== 'per') {
      scope.fault(per.position, `"${name}" is written FAILURES per TIME, not ${quote(per.text)}`)
      return undefined
    }
    if (of === undefined || failures === undefined || within === undefined) return undefined
    return { of, failures, time: within }
  },
  print: ({ of, failures, time: within }) => [of, count.print(failures), 'per', time.print(within)],
}
