import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { generated } from '../scripts/generated.ts'

for (const { path, print } of generated) {
  test(`${path} is what its table prints (else: npm run generate)`, () => {
    assert.equal(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'), print())
  })
}
