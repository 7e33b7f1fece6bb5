import type { Syslog } from '../../words/syslog.ts'
import { read, type Shape } from '../shape.ts'
import { oneOf } from '../values.ts'
import { path } from './file.ts'
import { printSyslog, syslog } from './syslog.ts'

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

/** `error_log FILE|stderr|syslog:… [LEVEL]`. */
export interface ErrorLog {
  /** An absolute path, `stderr`, a syslog server, or `none` of a log that is nowhere kept. */
  readonly target: string | Syslog
  readonly level: LogLevel
}

const level = oneOf(...logLevels)

export const errorLog: Shape<ErrorLog> = {
  syntax:
    'FILE | stderr | syslog:server=ADDRESS[:PORT][,facility=NAME][,tag=NAME][,nohostname] [LEVEL]',
  least: 1,
  most: 2,
  parse([where, how], scope, name) {
    if (!where) return undefined
    const said = how ? read(how, level, scope, name) : 'error'
    const { text, position } = where
    if (/^memory:|^syslog:(?:.*,)?server=unix:/.test(text)) {
      const why = text.startsWith('memory:')
        ? 'there is no buffer to read it from'
        : 'Node writes to syslog servers by UDP alone, such as syslog:server=127.0.0.1'
      scope.notice(position, `"${name}" has no effect here: ${why}`)
      return said && { target: 'none', level: said }
    }
    if (text.startsWith('syslog:')) {
      const target = syslog(where, scope)
      return target && said && { target, level: said }
    }
    const target = text === 'stderr' ? 'stderr' : path(where, scope, name, 'underPrefix')
    return target === undefined || said === undefined ? undefined : { target, level: said }
  },
  print: ({ target, level }) => [
    typeof target === 'object' ? printSyslog(target) : target === 'none' ? 'memory:1' : target,
    level,
  ],
}
