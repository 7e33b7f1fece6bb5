import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, parseOptions } from '../../bench/options.ts'

function parsed(...words: string[]): Options {
  const options = parseOptions(words)
  if ('fault' in options) assert.fail(options.fault)
  return options
}

test('without options every row is measured in at least five rounds', () => {
  const { form, rows, systems } = parsed()
  assert.ok(form.rounds >= 5)
  assert.ok(rows.some(({ quick }) => !quick))
  assert.ok(systems.some(({ name }) => name === 'dovecot'))
})

test('the quick form has the most telling rows, and nginx alone beside Postern', () => {
  const { form, rows, systems } = parsed('--quick')
  assert.equal(form.name, 'quick')
  assert.ok(rows.every(({ quick }) => quick))
  assert.deepEqual(
    systems.map(({ name }) => name),
    ['nginx', 'nginx-64k', 'postern'],
  )
})

test('rows, systems and rounds can be chosen, and rounds that are asked for are not cut short', () => {
  const { form, rows, systems } = parsed(
    ...['--quick', '--rounds', '9', '--rows', 'idle-tls,setup-plain', '--systems', 'nginx'],
  )
  assert.equal(form.rounds, 9)
  assert.equal(form.seconds, undefined)
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['setup-plain', 'idle-tls'],
  )
  assert.deepEqual(
    systems.map(({ name }) => name),
    ['nginx'],
  )
})

test('a further peer is named by its command and its ports', () => {
  const { systems } = parsed(
    ...['--systems', 'postern', '--peer', 'other', '--peer-command', 'other --serve'],
    ...['--peer-imap', '10143', '--peer-smtps', '10465'],
  )
  const [peer, ...rest] = systems
  assert.deepEqual(
    rest.map(({ name }) => name),
    ['postern'],
  )
  assert.equal(peer?.name, 'other')
  assert.deepEqual(peer.ports, ['imap', 'smtps'])
  assert.deepEqual(peer.fixed, { imap: 10_143, smtps: 10_465 })
})

const other = ['--peer', 'other', '--peer-command', 'other']

const refused: readonly [readonly string[], RegExp][] = [
  [['--rows', 'nonsense'], /there is no row "nonsense"/],
  [['--systems', 'apache'], /there is no system "apache"/],
  [['--rounds', '0'], /--rounds takes a number/],
  [['--fast'], /--fast/],
  [['--peer', 'other'], /at least one port/],
  [other, /at least one port/],
  [['--peer-imap', '143'], /needs --peer/],
  [[...other, '--peer-imap', 'imap'], /--peer-imap takes a port/],
  [[...other, '--peer-pop3', '65536'], /--peer-pop3 takes a port/],
  [['--peer', 'nginx', '--peer-command', 'x', '--peer-imap', '143'], /a name of its own/],
]

for (const [words, fault] of refused) {
  test(`${words.join(' ')} is refused with what is wrong`, () => {
    const options = parseOptions(words)
    assert.ok('fault' in options)
    assert.match(options.fault, fault)
  })
}
