import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config, machine, server } from './loading.ts'

const pass = 'listen 143; proxy_pass 10.0.0.1:143;'

const brief = (inner: string, outer = '') =>
  server(`${pass} ${inner}`, outer).access.map(
    ({ take, networks }) =>
      `${take ? '+' : '-'}${networks.map(one => (one.kind === 'unix' ? 'unix' : `${one.address}/${one.bits}`)).join(' ')}`,
  )

test('allow and deny are one list in the order in which they stand', () => {
  assert.deepEqual(brief('deny 10.0.0.1; allow 10.0.0.0/8; deny all;'), [
    '-10.0.0.1/32',
    '+10.0.0.0/8',
    '-0.0.0.0/0 ::/0 unix',
  ])
})

test('rules of a server replace those of mail, both kinds together', () => {
  assert.deepEqual(brief('deny 10.0.0.2;', 'allow 10.0.0.0/8; deny all;'), ['-10.0.0.2/32'])
  assert.deepEqual(brief('', 'allow 10.0.0.0/8;'), ['+10.0.0.0/8'])
})

test('rules of an included file stand where it is included', () => {
  const host = machine({ '/etc/postern/some.conf': 'allow 10.0.0.1; deny 10.0.0.0/8;' })
  const text = `mail { server { ${pass} deny 10.0.0.9; include some.conf; allow all; } }`
  const [found] = config(text, host).servers
  assert.deepEqual(
    found?.access.map(({ take }) => take),
    [false, true, false, true],
  )
})
