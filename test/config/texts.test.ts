import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maxFiles, maxIncludeDepth } from '../../src/config/texts.ts'
import { config, faults, machine } from './loading.ts'

const imap = 'server { listen 143; }'
const pop3 = 'server { listen 110; }'

function ports(text: string, files: Readonly<Record<string, string>>): readonly number[] {
  const { servers } = config(text, machine(files))
  return servers.flatMap(({ listens }) => listens.map(listen => listen.port))
}

test('an included file stands in the place of its include', () => {
  const files = { '/etc/postern/a.conf': imap, '/b.conf': `auth_http a; ${pop3}` }
  assert.deepEqual(ports('mail { include a.conf; include /b.conf; }', files), [143, 110])
})

test('a pattern is every file that fits, in the order of their names', () => {
  const files = { '/etc/postern/d/2.conf': pop3, '/etc/postern/d/1.conf': imap }
  assert.deepEqual(ports('mail { auth_http a; include d/*.conf; }', files), [143, 110])
})

test('a pattern that nothing fits is no fault, a file that is not there is', () => {
  assert.deepEqual(ports('include d/*.conf;', {}), [])
  assert.deepEqual(faults('include d/a.conf;'), [
    '1:9 cannot read "/etc/postern/d/a.conf": No such file or directory',
  ])
})

test('a fault in an included file is told with its own name and line', () => {
  const host = machine({ '/etc/postern/a.conf': '\n  foo;' })
  assert.deepEqual(faults('mail { include a.conf; bar; }', host), [
    '1:24 unknown directive "bar"',
    '/etc/postern/a.conf:2:3 unknown directive "foo"',
  ])
})

test('an included file belongs to the level of its include', () => {
  const host = machine({ '/etc/postern/a.conf': 'timeout 5s;' })
  assert.deepEqual(faults('mail { include a.conf; timeout 6s; }', host), [
    '1:24 "timeout" directive is duplicate, it stands in /etc/postern/a.conf:1',
  ])
})

test('a block that is passed over includes nothing', () => {
  assert.equal(config('http { include gone.conf; }').servers.length, 0)
})

test('files include one another so deep and no deeper', () => {
  const chain = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_, at) => [
        `/f${at}`,
        at === length - 1 ? '' : `include /f${at + 1};`,
      ]),
    )
  assert.equal(config('include /f0;', machine(chain(maxIncludeDepth))).servers.length, 0)
  assert.match(
    faults('include /f0;', machine(chain(maxIncludeDepth + 1))).join(),
    /files include one another deeper than 16/,
  )
})

test('a file that includes itself is told once, and ends', () => {
  const host = machine({ '/a': 'include /a; include /a;' })
  const told = faults('include /a;', host)
  assert.match(told.join('\n'), /more than 1000 files are included/)
  assert.ok(told.length <= 2)
})

test('so many files are read and no more', () => {
  const files = (count: number) =>
    machine(Object.fromEntries(Array.from({ length: count }, (_, at) => [`/d/${at}`, ''])))
  assert.equal(config('include /d/*;', files(maxFiles)).servers.length, 0)
  assert.match(faults('include /d/*;', files(maxFiles + 1)).join(), /more than 1000 files/)
})

test('the reason why a file cannot be read reaches no terminal unescaped', () => {
  const host = { ...machine(), read: () => ({ error: 'a\u001b[31m' }) }
  assert.match(faults('include a;', host).join(), /a\\x1B\[31m/)
})
