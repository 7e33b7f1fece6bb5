import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { feature, features } from '../test/support/feature.ts'

/** Rewrites what the features' objects become; the review reads the difference. */
for (const entry of readdirSync(features, { withFileTypes: true }).filter(one => one.isDirectory()))
  for (const [file, text] of Object.entries(feature(entry.name)))
    writeFileSync(join(features, entry.name, file), text)
