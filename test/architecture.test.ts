import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { arrows, strays } from './support/arrows.ts'
import { imports, loaded, packageOf } from './support/imports.ts'

const root = new URL('..', import.meta.url).pathname

function read(...patterns: string[]): ReadonlyMap<string, string> {
  const paths = patterns.flatMap(pattern => globSync(pattern, { cwd: root })).toSorted()
  return new Map(paths.map(path => [path, readFileSync(`${root}${path}`, 'utf8')]))
}

const source = read('src/**/*.{ts,js}')
const all = read('{src,test,scripts,bench}/**/*.{ts,js}')
const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

test('every import in src follows the arrows', () => {
  assert.deepEqual(strays(source), [])
})

const planted: readonly (readonly [why: string, path: string, line: string])[] = [
  ['a room that is not its to use', 'src/protocol/bad.ts', `import { a } from '../relay/a.ts'`],
  ['a type of one', 'src/words/bad.ts', `import type { A } from '../config/a.ts'`],
  ['a type of one, in place', 'src/words/bad.ts', `export type A = typeof import('../api/a.ts')`],
  ['one loaded later', 'src/relay/bad.ts', `await import('../model/a.ts')`],
  ['one that is computed', 'src/relay/bad.ts', `await import(name)`],
  ['one passed on', 'src/api/bad.ts', `export { a } from '../model/a.ts'`],
  ['one for its effect', 'src/sasl/bad.ts', `import '../wire/a.ts'`],
  ['several lines', 'src/upstream/bad.ts', `import {\n  type A,\n} from '../relay/a.ts'`],
  ['a socket', 'src/protocol/bad.ts', `import { connect } from 'node:net'`],
  ["a room's package", 'src/relay/bad.ts', `import { parse } from 'yaml'`],
  ['the client library', 'src/source/bad.ts', `import { Watch } from '@kubernetes/client-node'`],
  ['a program', 'src/relay/bad.ts', `import { run } from '../bin/relay.ts'`],
  ['the demo', 'src/relay/bad.ts', `import { serve } from '../demo/serve.ts'`],
  ['the tests', 'src/relay/bad.ts', `import { a } from '../../test/support/a.ts'`],
  ['a folder that is not in the table', 'src/utils/bad.ts', ''],
]

for (const [why, path, line] of planted) {
  test(`the arrows catch ${why}`, () => {
    assert.equal(strays(new Map([[path, `${line}\n`]])).length, 1)
  })
}

test('what only looks like an import is none', () => {
  const text = `// import '../relay/a.ts'\n/* import('../relay/a.ts') */\nconst from = 'yaml'\n`
  assert.deepEqual(imports('src/words/a.ts', text), [])
})

test('the table of arrows has no folder that src lacks', () => {
  const rooms = new Set([...source.keys()].map(path => path.split('/')[1]))
  const missing = Object.keys(arrows).filter(room => !rooms.has(room))
  assert.deepEqual(missing, [])
})

test('the packages at run time are these four', () => {
  const four = ['@kubernetes/client-node', 'pino', 'prom-client', 'yaml']
  assert.deepEqual(Object.keys(dependencies).toSorted(), four)
})

test('outside the demo, src imports no development package', () => {
  const used = [...source].filter(([path]) => !path.startsWith('src/demo/'))
  const targets = used.flatMap(([path, text]) => imports(path, text)).map(({ target }) => target)
  const foreign = targets.map(packageOf).filter(name => name in devDependencies)
  assert.deepEqual(foreign, [])
})

const loads: readonly (readonly [entry: string, never: readonly string[]])[] = [
  [
    'src/bin/relay.ts',
    ['@kubernetes/client-node', 'yaml', 'src/api/', 'src/model/', 'src/source/', 'src/kube/'],
  ],
  ['src/bin/controller.ts', ['@kubernetes/client-node', 'src/kube/', 'src/relay/', 'src/wire/']],
  ['src/bin/cluster.ts', ['@kubernetes/client-node', 'yaml', 'src/relay/', 'src/wire/']],
  ['src/bin/supervise.ts', ['pino', 'src/observe/', 'src/source/', 'src/model/']],
]

for (const [entry, never] of loads) {
  test(`${entry} does not load ${never.join(', ')}`, () => {
    assert.ok(source.has(entry), `${entry} is missing`)
    const graph = [...loaded(entry, source)].filter(path => path !== entry)
    assert.deepEqual(
      graph.filter(path => never.some(start => path === start || path.startsWith(start))),
      [],
    )
    assert.deepEqual(
      graph.filter(path => path.startsWith('src/demo/')),
      [],
    )
  })
}

/** What Biome and the compiler let through. */
const forbidden: readonly (readonly [what: string, where: RegExp, pattern: RegExp])[] = [
  ['a compiler directive', /./, new RegExp('@ts' + '-(ignore|expect|nocheck)')],
  ['any', /^src\//, /(:|\bas|<|\|) any\b(?! \w)|\bas unknown as\b|<any>/],
  ['a default export', /./, /^export default\b/m],
  ['an export of everything', /./, /^export \*/m],
  ['a promise to do it later', /./, new RegExp('\\b(TO' + 'DO|FIX' + 'ME|HA' + 'CK)\\b')],
  ['a skipped test', /^test\//, /\b(test|it|describe|t)\.(skip|only|todo)\(|\bskip: true/],
  ['argv outside the programs', /^src\/(?!bin\/)/, /\bprocess\.argv\b/],
  ['a signal handler outside the programs', /^src\/(?!bin\/)/, /process\.on\(\s*'SIG/],
]

for (const [what, where, pattern] of forbidden) {
  test(`no file has ${what}`, () => {
    const found = [...all].filter(([path, text]) => where.test(path) && pattern.test(text))
    assert.deepEqual(
      found.map(([path]) => path),
      [],
    )
  })
}

test('no file is longer than 300 lines, and half of src is not longer than 120', () => {
  const lengths = new Map([...all].map(([path, text]) => [path, text.split('\n').length - 1]))
  assert.deepEqual(
    [...lengths].filter(([, length]) => length > 300),
    [],
  )
  const ours = [...lengths].filter(([path]) => path.startsWith('src/')).map(([, length]) => length)
  const median = ours.toSorted((a, b) => a - b)[Math.floor(ours.length / 2)] ?? 0
  assert.ok(median <= 120, `the median is ${median}`)
})
