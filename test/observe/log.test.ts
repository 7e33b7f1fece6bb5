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
