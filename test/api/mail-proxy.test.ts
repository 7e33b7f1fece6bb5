import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read } from '../../src/api/read.ts'
import { mailProxyOf, mailProxyTable } from '../support/mail-proxy-table.ts'

for (const { why, spec, faults } of mailProxyTable) {
  test(`a MailProxy: ${faults.length === 0 ? 'takes' : 'refuses'} ${why}`, () => {
    const result = read(mailProxyOf(spec))
    const said =
      result.kind === 'invalid'
        ? result.faults.map(({ path, message }) => `${path}: ${message}`)
        : []
    assert.equal(result.kind, faults.length === 0 ? 'object' : 'invalid', said.join('\n'))
    for (const fault of faults) assert.ok(said.join('\n').includes(fault), said.join('\n'))
  })
}
