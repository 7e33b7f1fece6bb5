import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testConfig } from '../../src/bin/relay-check.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-check-'))
after(() => rmSync(folder, { recursive: true }))

function check(text: string) {
  const file = join(folder, 'relay.conf')
  writeFileSync(file, text)
  return testConfig(file, { prefix: folder })
}

test('host names that are listened on are looked up', async () => {
  const { out, status } = await check(
    'mail { auth_http a; server { listen localhost:10143; protocol imap; } }',
  )
  assert.equal(status, 0)
  assert.match(out ?? '', /imap on 127\.0\.0\.1:10143/)
})

test('a host name that has no address is a fault with its line', async () => {
  const { error, status } = await check(
    'mail { auth_http a;\n server { listen nowhere.invalid:10143; protocol imap; } }',
  )
  assert.equal(status, 1)
  assert.match(error ?? '', /:2:18: host not found in "nowhere\.invalid:10143"/)
})
