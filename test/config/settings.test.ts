import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerSettings } from '../../src/config/config.ts'
import { server } from './loading.ts'

const usual: ServerSettings = {
  server_name: 'box.example',
  timeout: 60_000,
  max_errors: 5,
  max_commands: 1_000,
  resolver: { kind: 'off' },
  resolver_timeout: 30_000,
  set_real_ip_from: [],
  error_log: [{ target: 'stderr', level: 'info' }],
  auth_http: undefined,
  auth_http_ssl_trusted_certificate: undefined,
  auth_http_keepalive: 32,
  auth_http_version: '1.0',
  auth_http_header: [],
  auth_http_pass_client_cert: false,
  auth_http_timeout: 60_000,
  proxy: false,
  proxy_buffer: 4096,
  proxy_protocol: 'off',
  proxy_pass_error_message: false,
  proxy_timeout: 86_400_000,
  proxy_smtp_auth: false,
  xclient: true,
  proxy_pass: { kind: 'address', address: '10.0.0.1', port: 143 },
  proxy_connect_timeout: 60_000,
  proxy_next_upstream_tries: 3,
  proxy_ssl: 'off',
  proxy_ssl_verify: false,
  proxy_ssl_trusted_certificate: undefined,
  proxy_ssl_name: undefined,
  proxy_identity: false,
  starttls: 'off',
  ssl_certificate: [],
  ssl_certificate_key: [],
  ssl_protocols: ['TLSv1.2', 'TLSv1.3'],
  ssl_ciphers: 'HIGH:!aNULL:!MD5',
  ssl_prefer_server_ciphers: false,
  ssl_ecdh_curve: 'auto',
  ssl_dhparam: undefined,
  ssl_conf_command: [],
  ssl_session_cache: { words: ['none'] },
  ssl_session_timeout: 300_000,
  ssl_session_tickets: true,
  ssl_session_ticket_key: [],
  ssl_verify_client: 'off',
  ssl_verify_depth: 1,
  ssl_client_certificate: undefined,
  ssl_trusted_certificate: undefined,
  ssl_crl: undefined,
  ssl_password_file: undefined,
  ssl_certificate_compression: false,
  imap_capabilities: ['IMAP4', 'IMAP4rev1', 'UIDPLUS'],
  imap_auth: ['plain'],
  imap_client_buffer: 4096,
  pop3_capabilities: ['TOP', 'USER', 'UIDL'],
  pop3_auth: ['plain'],
  pop3_client_buffer: 4096,
  smtp_capabilities: undefined,
  smtp_auth: ['plain', 'login'],
  smtp_client_buffer: 4096,
  smtp_greeting_delay: 0,
  allow: [],
  deny: [],
  limit_conn: [],
  limit_login: [],
  limit_exempt: [],
}

test("what nobody says is nginx's default", () => {
  assert.deepEqual(server('listen 143; proxy_pass 10.0.0.1:143;').settings, usual)
})

const pass = 'listen 143; proxy_pass 10.0.0.1:143;'

type Row = readonly [why: string, outer: string, inner: string, settings: Partial<ServerSettings>]
const rows: readonly Row[] = [
  ['what mail says holds for its servers', 'timeout 5s;', '', { timeout: 5_000 }],
  ['what a server says comes first', 'timeout 5s;', 'timeout 6s;', { timeout: 6_000 }],
  ['a server may take back what mail says', 'xclient off;', 'xclient on;', { xclient: true }],
  [
    "a server's list replaces that of mail",
    'imap_capabilities A B;',
    'imap_capabilities C; imap_capabilities D;',
    { imap_capabilities: ['C', 'D'] },
  ],
  ['so do its mechanisms', 'imap_auth plain login;', 'imap_auth login;', { imap_auth: ['login'] }],
  [
    'and its headers',
    'auth_http_header A 1; auth_http_header B 2;',
    'auth_http_header C 3;',
    { auth_http_header: [{ name: 'C', value: '3' }] },
  ],
  [
    'headers are inherited apart from the server that they go to',
    'auth_http a; auth_http_header A 1;',
    'auth_http b;',
    { auth_http_header: [{ name: 'A', value: '1' }] },
  ],
  [
    'mechanisms stand in the order in which nginx lists them',
    '',
    'auth_http a; imap_auth external cram-md5 login plain;',
    { imap_auth: ['plain', 'login', 'cram-md5', 'external'] },
  ],
  [
    'versions of TLS stand in their order',
    'ssl_protocols TLSv1.3 TLSv1.2;',
    '',
    { ssl_protocols: ['TLSv1.2', 'TLSv1.3'] },
  ],
  [
    'a log of mail replaces that of main for its servers',
    'error_log mail.log warn;',
    '',
    { error_log: [{ target: '/var/postern/mail.log', level: 'warn' }] },
  ],
]

for (const [why, outer, inner, settings] of rows) {
  test(why, () => {
    const read = server(`${pass} ${inner}`, outer).settings
    for (const [name, value] of Object.entries(settings)) {
      assert.deepEqual(Object.entries(read).find(([one]) => one === name)?.[1], value)
    }
  })
}

test('a backend has no longer to be reached than for all of the login, unless it is said', () => {
  const connecting = (inner: string, outer = '') =>
    server(`listen 143; proxy_pass 10.0.0.1:143; ${inner}`, outer).settings.proxy_connect_timeout
  assert.equal(connecting('timeout 3s;'), 3_000)
  assert.equal(connecting('timeout 5m;'), 60_000)
  assert.equal(connecting('timeout 3s;', 'proxy_connect_timeout 9s;'), 9_000)
})
