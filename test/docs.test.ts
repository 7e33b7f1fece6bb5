import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { read as readObject } from '../src/api/read.ts'
import { usage as controllerUsage } from '../src/bin/controller-arguments.ts'
import { usage as relayUsage } from '../src/bin/relay-arguments.ts'
import { conditionTypes, reasons } from '../src/words/reason.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = globSync('{*.md,docs/**/*.md}', { cwd: root })
const { scripts } = JSON.parse(read('package.json'))

/** The blocks of a page in one language, whole. */
function blocks(page: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms')
  return [...read(page).matchAll(fence)].map(([, text = '']) => text)
}

test('the README opens with the two commands', () => {
  const first = read('README.md').split('\n').slice(2, 6).join('\n')
  assert.match(first, /^```sh\nnpm ci && npm start .*\nnpm ci && npm test .*\n```$/)
})

test("the README's objects are taken as they are", () => {
  const documents = blocks('README.md', 'yaml').flatMap(text => parseAllDocuments(text))
  const reads = documents.map(document => readObject(document.toJS()))
  assert.deepEqual(
    reads.map(one => (one.kind === 'object' ? one.object.kind : one)),
    ['MailProxy', 'Service', 'EndpointSlice'],
  )
})

for (const page of pages) {
  test(`${page} links to what is there`, () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
    const broken = links.flatMap(([, to = '']) =>
      existsSync(join(root, dirname(page), to)) ? [] : [to],
    )
    assert.deepEqual(broken, [])
  })

  test(`${page} names scripts that package.json has`, () => {
    const named = [...read(page).matchAll(/npm run ([a-z0-9:]+)/g)].map(([, name = '']) => name)
    assert.deepEqual(
      named.filter(name => !(name in scripts)),
      [],
    )
  })
}

test('every flag of both programs is in docs/operating.md', () => {
  const flags = `${relayUsage}${controllerUsage}`.match(/--[a-z-]+/g) ?? []
  const page = read('docs/operating.md')
  assert.ok(flags.length > 15)
  for (const flag of flags.filter(flag => flag !== '--version' && flag !== '--help')) {
    assert.ok(page.includes(flag), flag)
  }
})

test('every record of both programs is in docs/operating.md', () => {
  const page = read('docs/operating.md')
  const code = globSync('src/{bin,relay,source,observe}/**/*.ts', { cwd: root })
    .map(read)
    .join('\n')
  const said = [...code.matchAll(/log\.[a-z]+\(\s*'([^']+)'/g)].map(([, message = '']) => message)
  assert.ok(said.length > 10)
  for (const message of said) assert.ok(page.includes(`\`${message}\``), message)
})

test('every reason of a condition is in docs/operating.md', () => {
  const page = read('docs/operating.md')
  // Where a condition is as it should be, its reason is its name.
  const told = Object.keys(reasons).filter(reason => !conditionTypes.some(type => type === reason))
  assert.ok(told.length > 15)
  for (const reason of told) assert.ok(page.includes(`\`${reason}\``), reason)
})
