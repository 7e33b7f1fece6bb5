import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCertificateHost, isHostName, isLabel, isSubdomain } from '../../src/api/names.ts'

const rows: readonly (readonly [
  rule: typeof isLabel,
  good: readonly string[],
  bad: readonly string[],
])[] = [
  [isLabel, ['a', 'a-1', '9'], ['', '-a', 'a-', 'a.b', 'A', 'a_b', 'a\n']],
  [isSubdomain, ['a', 'a.b-c.d'], ['', 'a..b', '.a', 'a.', 'A.b', 'a b']],
  [isHostName, ['mail.example.com', 'Mail', 'a_b.c'], ['', 'a..b', '-a.b', 'a;b', '*.a', 'a\n']],
  [isCertificateHost, ['*.example.com', 'a.b'], ['*', '*.', 'a.*.b', '*a.b', 'a b', 'A.b']],
]

for (const [rule, good, bad] of rows) {
  test(`"${rule.message}" is what the rule says`, () => {
    for (const text of good) assert.ok(rule.holds(text), text)
    for (const text of bad) assert.ok(!rule.holds(text), JSON.stringify(text))
  })
}
