import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nginxText, posternText, type Setting } from '../../bench/configuration.ts'
import { dovecotText } from '../../bench/dovecot.ts'
import { haproxyText } from '../../bench/haproxy.ts'
import { asking } from '../../bench/ports.ts'
import { parse } from '../../src/directives/parse.ts'

const dir = mkdtempSync(join(tmpdir(), 'postern-'))
process.once('exit', () => rmSync(dir, { recursive: true }))
const certificate = { certificate: join(dir, 'certificate.pem'), key: join(dir, 'key.pem') }
writeFileSync(certificate.certificate, 'CERTIFICATE\n')
writeFileSync(certificate.key, 'KEY\n')

const setting: Setting = {
  dir,
  ports: {
    ...{ imap: 1001, imaps: 1002, pop3: 1003, pop3s: 1004 },
    ...{ smtp: 1005, smtps: 1006, apart: 1009, passing: 1007, 'passing-tls': 1008 },
  },
  backends: { imap: 2001, pop3: 2002, smtp: 2003 },
  auth: 2004,
  certificate,
  files: 2_500,
  patience: '1m',
}

const texts = {
  nginx: nginxText(setting, ''),
  postern: posternText(setting),
  haproxy: haproxyText(setting, ''),
  dovecot: dovecotText(setting),
}

test('every system listens at each of its ports', () => {
  for (const [name, text] of Object.entries(texts)) {
    for (const port of asking) assert.match(text, new RegExp(`\\b${setting.ports[port]}\\b`), name)
  }
})

test('nginx and Postern run the same mail block, but for the servers that nginx cannot have', () => {
  const mail = (text: string) => text.slice(text.indexOf('mail {')).replace(/\s*}\s*$/, '')
  assert.ok(mail(texts.postern).startsWith(mail(texts.nginx).trimEnd()))
})

test('the text for Postern is one that it can read', () => {
  assert.deepEqual(parse(texts.postern, 'relay.conf').faults, [])
})
