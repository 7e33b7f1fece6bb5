import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { feature, features } from '../support/feature.ts'

const names = readdirSync(features, { withFileTypes: true }).filter(entry => entry.isDirectory())

for (const { name } of names) {
  test(`the objects of ${name} become its relay.conf and status.yaml`, () => {
    for (const [file, text] of Object.entries(feature(name)))
      assert.equal(
        text,
        readFileSync(join(features, name, file), 'utf8'),
        `${file} is stale: npm run golden`,
      )
  })
}
