import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { chartValues, type Value } from '../../scripts/chart-values.ts'

const root = new URL('../../charts/postern/', import.meta.url).pathname
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const all = (values: readonly Value[], prefix = ''): readonly (Value & { path: string })[] =>
  values.flatMap(value => [
    { ...value, path: `${prefix}${value.name}` },
    ...all(value.below, `${prefix}${value.name}.`),
  ])
const values = all(chartValues())

test('every value of the chart says what it is for', () => {
  assert.ok(values.length > 80)
  const silent = values.filter(({ description }) => description === '')
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  )
})

test('every value of the chart is used in a template, and no other is', () => {
  const templates = globSync('templates/**/*.{yaml,tpl,txt}', { cwd: root }).map(read).join('\n')
  const unused = values.filter(
    ({ below, name }) => below.length === 0 && !new RegExp(`\\.${name}\\b`).test(templates),
  )
  assert.deepEqual(
    unused.map(({ path }) => path),
    [],
  )
  const paths = new Set(values.map(({ path }) => path))
  const named = templates.match(/(?<=\$?\.Values\.)[A-Za-z.]+[A-Za-z]/g) ?? []
  assert.ok(named.length > 80)
  for (const path of named) assert.ok(paths.has(path), path)
})

test('the schema refuses a value that the chart does not know, at every level of its own', () => {
  const schema: unknown = JSON.parse(read('values.schema.json'))
  const open: string[] = []
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null || !('properties' in node)) return
    if (!('additionalProperties' in node) || node.additionalProperties !== false) open.push(path)
    for (const [name, below] of Object.entries(Object(node.properties)))
      walk(below, `${path}.${name}`)
  }
  walk(schema, '')
  assert.deepEqual(open, [])
})

test('the chart has the version of the programs', () => {
  const { version } = JSON.parse(readFileSync(`${root}../../package.json`, 'utf8'))
  const chart = parse(read('Chart.yaml'))
  assert.deepEqual([chart.version, chart.appVersion], [version, version])
})
