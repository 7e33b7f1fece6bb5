import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, parseOptions } from '../../bench/options.ts'

function parsed(...words: string[]): Options {
  const options = parseOptions(words)
  if ('fault' in options) assert.fail(options.fault)
  return options
}

test('without options every row is measured in at least five rounds', () => {
  const { form, rows } = parsed()
  assert.ok(form.rounds >= 5)
  assert.ok(rows.some(({ onlyFull }) => onlyFull))
})

test('the quick form leaves out the rows with many connections and the round trips', () => {
  const { form, rows } = parsed('--quick')
  assert.equal(form.name, 'quick')
  assert.ok(rows.every(({ onlyFull }) => !onlyFull))
})

test('rows, systems and rounds can be chosen', () => {
  const { form, rows, systems } = parsed(
    ...['--quick', '--rounds', '9', '--rows', 'idle-tls,setup-plain', '--systems', 'nginx'],
  )
  assert.equal(form.rounds, 9)
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['setup-plain', 'idle-tls'],
  )
  assert.deepEqual(
    systems.map(({ name }) => name),
    ['nginx'],
  )
})

const refused: readonly [readonly string[], RegExp][] = [
  [['--rows', 'nonsense'], /there is no row "nonsense"/],
  [['--systems', 'apache'], /there is no system "apache"/],
  [['--rounds', '0'], /--rounds takes a number/],
  [['--fast'], /--fast/],
]

for (const [words, fault] of refused) {
  test(`${words.join(' ')} is refused with what is wrong`, () => {
    const options = parseOptions(words)
    assert.ok('fault' in options)
    assert.match(options.fault, fault)
  })
}
