import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { read } from '../../src/api/read.ts'

const folder = new URL('../../manifests/examples/', import.meta.url).pathname

for (const file of readdirSync(folder)) {
  test(`the example ${file} is taken as it is`, () => {
    const documents = parseAllDocuments(readFileSync(folder + file, 'utf8'))
    const reads = documents.map(document => read(document.toJS()))
    assert.ok(reads.length > 0)
    for (const one of reads) {
      assert.equal(one.kind, 'object', JSON.stringify(one))
      assert.deepEqual(one.kind === 'object' ? one.unknown : [], [])
    }
  })
}
