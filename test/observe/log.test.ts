import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createLog, type OpenLog, type Output } from '../../src/observe/log.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-log-'))
after(() => rmSync(folder, { recursive: true }))

function collected(level: Output['level']): { log: OpenLog; records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = []
  const target = { write: (line: string) => void records.push(JSON.parse(line)) }
  return { log: createLog({ target, level }), records }
}

function read(file: string): Record<string, unknown>[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map(line => JSON.parse(line))
}

test('a record is one line of JSON with time, level, message and fields', () => {
  const { log, records } = collected('info')
  log.info('session ended', { protocol: 'imap', bytes: 12 })
  const { time, ...rest } = records[0] ?? {}
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.deepEqual(rest, { level: 'info', msg: 'session ended', protocol: 'imap', bytes: 12 })
})

test("every severity of error_log has its word, and the output's own is the least", () => {
  const { log, records } = collected('notice')
  const severities = ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'] as const
  for (const severity of severities) log[severity]('said')
  assert.deepEqual(
    records.map(({ level }) => level),
    severities.slice(2),
  )
  assert.equal(log.shows('info'), false)
  assert.equal(log.shows('notice'), true)
})

test("a child's records have its fields too", () => {
  const { log, records } = collected('info')
  log.child({ id: 'a1' }).child({ listener: 'imaps' }).warn('backend failed', { failure: 'tls' })
  assert.partialDeepStrictEqual(records[0], { id: 'a1', listener: 'imaps', failure: 'tls' })
})

test('fields that were printed before are written as pino prints them, of a child too', () => {
  const lines: string[] = []
  const target = { write: (line: string) => void lines.push(line.replace(/"time":"[^"]*"/, '')) }
  const log = createLog({ target, level: 'info' })
  const child = log.child({ id: 'a"1' }).child({ more: [1], id: 'again' })
  for (const each of [log, child]) {
    each.info('session ended', { bytes: 12, said: 'a\nb' })
    each.printed('info', 'session ended', ',"bytes":12,"said":"a\\nb"')
    each.warn('a "word"', {})
    each.printed('warn', 'a "word"', '')
  }
  assert.deepEqual(
    lines.filter((_, at) => at % 2 === 1),
    lines.filter((_, at) => at % 2 === 0),
  )
  assert.equal(new Set(lines).size, 4)
})

test('what was printed before goes where its severity is let through, as all else', () => {
  const said: string[] = []
  const into = (name: string) => ({ write: (line: string) => void said.push(name + msg(line)) })
  const msg = (line: string): string => JSON.parse(line).msg
  const log = createLog([
    { target: into('all '), level: 'debug' },
    { target: into('faults '), level: 'error' },
  ])
  log.printed('debug', 'one', '')
  log.printed('error', 'two', '')
  const beside = log.beside([{ target: into('beside '), level: 'notice' }])
  for (const severity of ['debug', 'info', 'notice', 'warn'] as const)
    beside.printed(severity, severity, '')
  log.retarget([{ target: into('later '), level: 'info' }])
  log.printed('debug', 'three', '')
  log.child({ a: 1 }).printed('info', 'four', '')
  assert.deepEqual(
    [log.shows('debug'), log.shows('info'), beside.shows('info')],
    [false, true, false],
  )
  assert.deepEqual(said, [
    ...['all one', 'all two', 'faults two', 'beside notice', 'beside warn', 'later four'],
  ])
})

test('an error is recorded with its message, its cause and its stack', () => {
  const { log, records } = collected('info')
  log.error('not published', { error: new Error('no room', { cause: new Error('disk full') }) })
  const error = records[0]?.['error']
  assert.ok(typeof error === 'object' && error !== null && 'stack' in error && 'message' in error)
  assert.equal(error.message, 'no room: disk full')
  assert.match(String(error.stack), /log\.test\.ts/)
})

test('each output has its own level', () => {
  const all = join(folder, 'all.log')
  const faults = join(folder, 'faults.log')
  const log = createLog([
    { target: all, level: 'debug' },
    { target: faults, level: 'error' },
  ])
  log.debug('one')
  log.error('two')
  log.close()
  assert.deepEqual(
    [read(all), read(faults)].map(records => records.map(({ msg }) => msg)),
    [['one', 'two'], ['two']],
  )
})

test('a log file that was moved away is opened again by its name', () => {
  const file = join(folder, 'moved.log')
  const log = createLog({ target: file, level: 'info' })
  log.info('before')
  log.flush()
  renameSync(file, `${file}.1`)
  log.info('between')
  log.reopen()
  log.info('after')
  log.close()
  assert.deepEqual(
    [read(`${file}.1`), read(file)].map(records => records.map(({ msg }) => msg)),
    [['before', 'between'], ['after']],
  )
})

test('a log file that cannot be opened again is kept, and the log says so', () => {
  const inner = mkdtempSync(join(folder, 'inner-'))
  const log = createLog({ target: join(inner, 'a.log'), level: 'info' })
  renameSync(inner, `${inner}-moved`)
  log.reopen()
  log.close()
  const records = read(join(`${inner}-moved`, 'a.log'))
  assert.deepEqual(
    records.map(({ msg }) => msg),
    ['log file not reopened'],
  )
})

test('a log file that cannot be opened at the start is an error that names it', () => {
  const file = join(folder, 'missing', 'a.log')
  assert.throws(() => createLog({ target: file, level: 'info' }), /missing\/a\.log/)
})
