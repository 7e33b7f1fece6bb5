import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const root = new URL('..', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** `| what | at most | file and name of the constant | beyond it | test file and a test's name |` */
const rows = read('docs/limits.md')
  .split('\n')
  .filter(line => /^\| (?!what \|)/.test(line))
  .map(line => line.slice(2, -2).split(' | '))

/** The number of `name = 1_024`, `name = 4 * 1024`, or of a directive's default, `name … '4k'`. */
function valueIn(source: string, name: string): number | undefined {
  const [, product = ''] = new RegExp(`\\b${name} = ([0-9_]+(?: \\* [0-9_]+)*)`).exec(source) ?? []
  const factors = product.split(' * ').map(factor => Number(factor.replaceAll('_', '')))
  return product === '' ? undefined : factors.reduce((whole, factor) => whole * factor, 1)
}

for (const [what = '', most = '', where = '', , proof = ''] of rows) {
  test(`docs/limits.md says what the code does: ${what}`, () => {
    const [, file, name] = /^`([^`]+)` `([^`]+)`$/.exec(where) ?? []
    assert.ok(file && name, `${where} is no file and name`)
    const directive = file === 'docs/directives.md'
    const said = directive ? defaultOf(read(file), name) : String(valueIn(read(file), name))
    assert.equal(said, most)
  })

  test(`the test that docs/limits.md names is there: ${what}`, () => {
    const [, file, name] = /^`([^`]+)` (.+)$/.exec(proof) ?? []
    assert.ok(file && name, `${proof} is no file and name`)
    // A name is written in the quotes that suit it.
    assert.ok(read(file).replaceAll("\\'", "'").includes(name), `${file} has no test "${name}"`)
  })
}

/** What docs/directives.md, which is printed from the table, says of a directive; `–`: there is none. */
function defaultOf(page: string, name: string): string | undefined {
  const section = page.split('\n## ').find(text => text.startsWith(`${name}\n`))
  return /^\| default \| (`[^`]+`|–) \|$/m.exec(section ?? '')?.[1]?.replaceAll('`', '')
}

test('docs/limits.md has rows', () => {
  assert.ok(rows.length > 15)
})
