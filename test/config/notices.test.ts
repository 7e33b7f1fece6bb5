import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notices } from './loading.ts'

const smtp = 'listen 25; proxy_pass 10.0.0.1:25;'

const rows: readonly (readonly [mail: string, ...told: readonly string[]])[] = [
  [`proxy off; server { ${smtp} }`, '"proxy off" has no effect: a mail server always proxies'],
  [`proxy on; server { ${smtp} }`],
  [
    `proxy_smtp_auth off; server { ${smtp} }`,
    '"proxy_smtp_auth off" has no effect without "auth_http": the backend judges every login',
  ],
  [`auth_http a; proxy_smtp_auth off; server { ${smtp} }`],
  [
    'server { listen 143; proxy_pass u; } upstream u { }',
    'no servers are inside upstream "u": nobody can log in',
  ],
  [
    `ssl_certificate_key k; server { ${smtp} }`,
    'more "ssl_certificate_key" than "ssl_certificate" are defined',
  ],
  [
    `proxy off; server { ${smtp} } server { listen 26; protocol smtp; proxy_pass 10.0.0.1:25; }`,
    '"proxy off" has no effect: a mail server always proxies',
  ],
]

for (const [mail, ...told] of rows) {
  test(`${mail} is noticed ${told.length === 0 ? 'not at all' : 'once'}`, () => {
    assert.deepEqual(notices(`mail { ${mail} }`), told)
  })
}
