import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config, faults } from './loading.ts'

type Row = readonly [why: string, mail: string, ...told: readonly string[]]
const rows: readonly Row[] = [
  [
    'a server that listens nowhere',
    'auth_http a; server { protocol imap; }',
    '2:16 no "listen" is defined for server',
  ],
  [
    'a server whose protocol nobody knows',
    'auth_http a; server { listen 1000; }',
    '2:16 unknown mail protocol for server, port 1000 tells none: "protocol" says it',
  ],
  [
    'a server that nobody judges',
    'server { listen 143; }',
    '2:3 no "auth_http" is defined for server, and no "proxy_pass" either',
  ],
  [
    'a server without a login that has nowhere to go',
    'server { listen 25; smtp_auth none; }',
    '2:3 no "auth_http" is defined for server, and no "proxy_pass" either',
  ],
  [
    'a mechanism that no backend can be told',
    'server { listen 143; proxy_pass 10.0.0.1:143; imap_auth plain cram-md5; }',
    '2:49 "imap_auth cram-md5" needs "auth_http": no backend can be told a login without its password',
  ],
  [
    'ssl without a certificate',
    'auth_http a; server { listen 993 ssl; }',
    '2:25 no "ssl_certificate" is defined for the "listen ... ssl" directive',
  ],
  [
    "clients' certificates that nobody can verify",
    'auth_http a; ssl_verify_client optional; ssl_certificate a; ssl_certificate_key k; server { listen 993 ssl; }',
    '2:16 no "ssl_client_certificate" or "ssl_trusted_certificate" for "ssl_verify_client"',
  ],
  [
    'starttls without a certificate',
    'auth_http a; starttls on; server { listen 143; }',
    '2:16 no "ssl_certificate" is defined for the "starttls" directive',
  ],
  [
    'a certificate without a key',
    'auth_http a; ssl_certificate a; ssl_certificate b; ssl_certificate_key k; server { listen 993 ssl; }',
    '2:35 no "ssl_certificate_key" is defined for certificate "/etc/postern/b"',
  ],
  [
    'an upstream that is not there',
    'server { listen 143; proxy_pass dovecot; }',
    '2:24 "proxy_pass" names the upstream "dovecot", which is not there; a backend is written as ADDRESS:PORT',
  ],
  [
    'a verification of clear text',
    'proxy_ssl_verify on; server { listen 143; proxy_pass 10.0.0.1:143; }',
    '2:3 "proxy_ssl_verify on" needs "proxy_ssl on" or "proxy_ssl starttls", "off" sends in clear text',
  ],
  [
    'a verification of what may be clear text',
    'server { listen 143; proxy_pass 10.0.0.1:143; proxy_ssl_verify on; proxy_ssl auto; }',
    '2:49 "proxy_ssl_verify on" needs "proxy_ssl on" or "proxy_ssl starttls", "auto" sends in clear text',
  ],
  [
    'an address and port of two servers',
    'auth_http a; server { listen 143; }\n  server { listen *:143; }',
    '3:12 duplicate "0.0.0.0:143" address and port pair, it stands in line 2',
  ],
  [
    'an address and port twice in one server',
    'auth_http a; server { listen [::1]:143; listen [0::1]:143; }',
    '2:43 duplicate "[::1]:143" address and port pair, it stands in line 2',
  ],
]

for (const [why, mail, ...told] of rows) {
  test(`tells ${why}`, () => {
    assert.deepEqual(faults(`mail {\n  ${mail}\n}`), told)
  })
}

const fine: readonly (readonly [why: string, mail: string])[] = [
  ['mail without a login', 'server { listen 25; smtp_auth none; proxy_pass 10.0.0.1:25; }'],
  [
    'mechanisms of another protocol',
    'imap_auth cram-md5; server { listen 25; proxy_pass 10.0.0.1:25; }',
  ],
  [
    'digests with auth_http',
    'auth_http a; pop3_auth apop cram-md5 external; server { listen 110; }',
  ],
  ['an address beside every address', 'auth_http a; server { listen 127.0.0.1:143; listen 143; }'],
  ['one port of both families', 'auth_http a; server { listen 143; listen [::]:143; }'],
  [
    'verification by the roots of the system',
    'server { listen 143; proxy_pass 10.0.0.1:143; proxy_ssl starttls; proxy_ssl_verify on; }',
  ],
  [
    'certificates from mail',
    'ssl_certificate a; ssl_certificate_key k; auth_http a; server { listen 993 ssl; starttls on; }',
  ],
  ['a certificate that nothing uses', 'auth_http a; ssl_certificate a; server { listen 143; }'],
  [
    "clients' certificates without TLS",
    'auth_http a; ssl_verify_client on; server { listen 143; }',
  ],
  [
    'an upstream behind its use',
    'server { listen 143; proxy_pass u; } upstream u { server 10.0.0.1:1; }',
  ],
]

for (const [why, mail] of fine) {
  test(`allows ${why}`, () => {
    assert.equal(config(`mail { ${mail} }`).servers.length, 1)
  })
}

test('a directive that could not be read is not told to be missing', () => {
  const told = faults(
    'mail { server { listen x; protocol y; auth_http ""; ssl_certificate ""; starttls on; } }',
  )
  assert.equal(told.length, 4)
  for (const one of told) assert.match(one, /must/)
  const empty = faults(
    'mail { server { listen; protocol; auth_http; ssl_certificate; starttls; } }',
  )
  assert.equal(empty.length, 5)
  for (const one of empty) assert.match(one, /invalid number of arguments/)
})
