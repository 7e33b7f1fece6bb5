import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config, faults } from './loading.ts'

test('an upstream is its servers and how one is chosen', () => {
  const { upstreams } = config(`mail {
    upstream mail/dovecot { server 10.0.0.1:143 weight=2; server [::1]:143 backup; balance least_conn; }
    upstream empty { }
  }`)
  assert.deepEqual([...upstreams.keys()], ['mail/dovecot', 'empty'])
  const dovecot = upstreams.get('mail/dovecot')
  assert.equal(dovecot?.balance, 'least_conn')
  assert.deepEqual(
    dovecot?.servers.map(({ address, weight, backup }) => [address, weight, backup]),
    [
      ['10.0.0.1', 2, false],
      ['::1', 1, true],
    ],
  )
  assert.equal(upstreams.get('empty')?.balance, 'round_robin')
})

test('a name is given to one upstream', () => {
  assert.deepEqual(faults('mail { upstream a { }\n upstream a { } }'), [
    '2:2 duplicate upstream "a", it stands in line 1',
  ])
})

test('an upstream has a name of letters and digits', () => {
  assert.match(
    faults('mail { upstream "a b" { } }').join(),
    /"upstream" must be a name of 1 to 255/,
  )
})

test('a name like that of a built-in is a name', () => {
  const text = 'mail { upstream __proto__ { } upstream constructor { } }'
  assert.equal(config(text).upstreams.size, 2)
})
