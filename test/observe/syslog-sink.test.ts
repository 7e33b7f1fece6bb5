import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { createLog } from '../../src/observe/log.ts'
import { record } from '../../src/observe/syslog-sink.ts'
import type { Syslog } from '../../src/words/syslog.ts'

const to: Syslog = { host: '127.0.0.1', port: 514, facility: 'mail', tag: 'front', hostname: false }

test('a record has its priority, the local time, a tag and the line', () => {
  const at = new Date(2026, 0, 5, 7, 8, 9)
  assert.equal(record(to, '{"a":1}\n', 6, at), '<22>Jan  5 07:08:09 front: {"a":1}')
  assert.match(
    record({ ...to, hostname: true }, 'x', 0, at),
    /^<16>Jan {2}5 07:08:09 \S+ front: x$/,
  )
})

test('a log tells a syslog server each record with its own severity', async t => {
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const target = { ...to, port: server.address().port }
  const log = createLog({ target, level: 'notice' })
  t.after(() => log.close())
  const records: string[] = []
  log.info('is not told')
  log.printed('info', 'nor is this', '')
  log.notice('left')
  log.emerg('x'.repeat(20_000))
  log.printed('error', 'session ended', ',"up":1')
  while (records.length < 3) records.push(String((await once(server, 'message'))[0]))
  assert.match(records[0] ?? '', /^<21>.* front: \{"level":"notice",.*"msg":"left"\}$/)
  assert.match(records[1] ?? '', /^<16>/)
  assert.equal(records[1]?.length, 8_192)
  assert.match(
    records[2] ?? '',
    /^<19>.* front: \{"level":"error",.*,"up":1,"msg":"session ended"\}$/,
  )
})
