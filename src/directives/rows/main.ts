import { optional, set } from '../row.ts'
import { one } from '../shape.ts'
import { file } from '../shapes/file.ts'
import type { Context } from '../syntax.ts'
import { duration } from '../values.ts'
import { fileOrProcess, ofTheRelay } from './without.ts'

const contexts: readonly Context[] = ['main']

/** `error_log` stands in main too; its row is among the core ones. */
export const mainRows = {
  pid: optional(file('underPrefix'), {
    contexts,
    field: fileOrProcess,
    doc: 'The file that the number of the process is written to, once every listener accepts.',
  }),
  worker_shutdown_timeout: set(one('TIME', duration(0)), {
    contexts,
    default: '60s',
    fallback: 60_000,
    field: ofTheRelay,
    doc: 'How long sessions may take to end when the program is told to leave, and the time over which a new text that removes their listener or endpoint lets them be told to connect again.',
  }),
}
