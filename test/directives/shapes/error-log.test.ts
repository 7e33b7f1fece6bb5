import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorLog } from '../../../src/directives/shapes/error-log.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

function read(...words: readonly string[]) {
  const { scope, faults, notices } = listening()
  return { value: errorLog.parse(words.map(word), scope, 'error_log'), faults, notices }
}

test('a file is named against the prefix, and begins at error', () => {
  assert.deepEqual(read('logs/e.log').value, { target: '/var/logs/e.log', level: 'error' })
})

test('stderr is no file, and a level may follow', () => {
  assert.deepEqual(read('stderr', 'debug').value, { target: 'stderr', level: 'debug' })
})

const syslog = {
  host: '192.0.2.1',
  port: 514,
  facility: 'local7',
  tag: 'postern',
  hostname: true,
} as const

test('a syslog server has a port, a facility, a tag and a name of the machine', () => {
  assert.deepEqual(read('syslog:server=192.0.2.1', 'info').value, { target: syslog, level: 'info' })
  assert.deepEqual(
    read('syslog:server=log.example:1514,facility=mail,tag=front,nohostname,severity=info').value,
    {
      target: { host: 'log.example', port: 1514, facility: 'mail', tag: 'front', hostname: false },
      level: 'error',
    },
  )
  const six = read('syslog:server=[2001:db8::1]:5140').value
  assert.deepEqual(six?.target, { ...syslog, host: '2001:db8::1', port: 5140 })
})

test('what Node cannot write to is taken with a notice, and goes nowhere', () => {
  for (const text of ['memory:32m', 'syslog:server=unix:/dev/log', 'syslog:tag=a,server=unix:/x']) {
    const { value, faults, notices } = read(text, 'debug')
    assert.deepEqual([value?.target, faults], ['none', []])
    assert.match(notices.join(), /has no effect here: /)
  }
})

test('unknown levels and parameters are refused', () => {
  assert.match(read('syslog:facility=mail').faults.join(), /no syslog server is named/)
  assert.match(read('syslog:server=').faults.join(), /invalid syslog parameter "server="/)
  assert.match(read('syslog:server=a,facility=post').faults.join(), /"facility=post"/)
  assert.match(read('syslog:server=a,tag=a b').faults.join(), /"tag=a b"/)
  assert.match(read('stderr', 'loud').faults.join(), /debug, info, .* or emerg, not "loud"/)
})

test('what is written is read back', () => {
  for (const target of ['/a', 'stderr', 'none', syslog]) {
    const value = { target, level: 'warn' } as const
    assert.deepEqual(read(...errorLog.print(value)).value, value)
  }
})
