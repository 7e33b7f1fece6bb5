import { quote } from '../error.ts'
import { read, type Shape } from '../shape.ts'
import { oneOf } from '../values.ts'
import { path } from './file.ts'

export const logLevels = [
  'debug',
  'info',
  'notice',
  'warn',
  'error',
  'crit',
  'alert',
  'emerg',
] as const
export type LogLevel = (typeof logLevels)[number]

/** `error_log FILE|stderr [LEVEL]`. */
export interface ErrorLog {
  /** An absolute path, or `stderr`. */
  readonly target: string
  readonly level: LogLevel
}

const level = oneOf(...logLevels)

export const errorLog: Shape<ErrorLog> = {
  syntax: 'FILE | stderr [LEVEL]',
  least: 1,
  most: 2,
  parse([where, how], scope, name) {
    if (!where) return undefined
    const said = how ? read(how, level, scope, name) : 'error'
    if (/^(?:syslog|memory):/.test(where.text)) {
      scope.fault(where.position, `"${name}" must be a file or stderr, not ${quote(where.text)}`)
      return undefined
    }
    const target = where.text === 'stderr' ? 'stderr' : path(where, scope, name, 'underPrefix')
    return target === undefined || said === undefined ? undefined : { target, level: said }
  },
  print: ({ target, level }) => [target, level],
}
