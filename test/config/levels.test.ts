import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config, faults, notices } from './loading.ts'

type Row = readonly [why: string, text: string, ...told: readonly string[]]
const rows: readonly Row[] = [
  ['a directive that nobody knows', 'foo 1;', '1:1 unknown directive "foo"'],
  [
    'a directive in the wrong place',
    'listen 143;',
    '1:1 "listen" directive is not allowed in main, it stands in server',
  ],
  [
    'a directive in the wrong block',
    'mail { upstream u { timeout 5s; } }',
    '1:21 "timeout" directive is not allowed in upstream, it stands in mail, server',
  ],
  [
    'what is passed over only in main',
    'mail { http {} }',
    '1:8 "http" directive is not allowed in mail',
  ],
  [
    "a directive of nginx's that is not carried out",
    'mail { ssl on; }',
    '1:8 "ssl" directive was removed from nginx in 1.25.1: "listen … ssl" says it',
  ],
  [
    'too few arguments, with how it is written',
    'mail { timeout; }',
    '1:8 invalid number of arguments in "timeout" directive, it is written: timeout TIME;',
  ],
  [
    'too many arguments',
    'mail { max_errors 1 2; }',
    '1:8 invalid number of arguments in "max_errors" directive, it is written: max_errors NUMBER;',
  ],
  [
    'arguments of a block',
    'mail x { }',
    '1:1 invalid number of arguments in "mail" directive, it is written: mail { … }',
  ],
  [
    'a semicolon that is missing',
    'mail { timeout 5s\n max_errors 3; }',
    '1:8 invalid number of arguments in "timeout" directive; is a ";" missing before "max_errors" in line 2?',
  ],
  ['a block without braces', 'mail;', '1:1 directive "mail" has no opening "{"'],
  [
    'braces where none belong',
    'mail { timeout 5s { } }',
    '1:8 directive "timeout" is not terminated by ";"',
  ],
  ['http without braces', 'http;', '1:1 directive "http" has no opening "{"'],
  [
    'braces behind what is passed over',
    'user x { }',
    '1:1 directive "user" is not terminated by ";"',
  ],
  [
    'a scalar that is set twice',
    'mail {\n timeout 5s;\n timeout 6s; }',
    '3:2 "timeout" directive is duplicate, it stands in line 2',
  ],
  [
    'two mail blocks',
    'mail { }\nmail { }',
    '2:1 "mail" directive is duplicate, it stands in line 1',
  ],
  [
    'a value that is none',
    'mail { xclient maybe; }',
    '1:16 "xclient" must be on or off, not "maybe"',
  ],
  [
    'a mechanism that the protocol does not have',
    'mail { pop3_auth login; }',
    '1:18 "pop3_auth" must be plain, apop, cram-md5, external, xoauth2 or oauthbearer, not "login"',
  ],
]

for (const [why, text, ...told] of rows) {
  test(`tells ${why}`, () => {
    assert.deepEqual(faults(text), told)
  })
}

test('what may stand twice is no fault', () => {
  const text = `mail { auth_http a; auth_http b; imap_capabilities A; imap_capabilities B;
    auth_http_header X 1; auth_http_header Y 2; imap_auth plain; imap_auth login;
    error_log stderr; error_log e.log;
    server { protocol pop3; protocol imap; listen 1; listen 2; } }`
  const [server] = config(text).servers
  assert.equal(server?.protocol, 'imap')
  assert.equal(server?.settings.auth_http?.host, 'b')
  assert.deepEqual(server?.settings.imap_capabilities, ['A', 'B'])
  assert.deepEqual(server?.settings.imap_auth, ['plain', 'login'])
  assert.equal(server?.settings.auth_http_header.length, 2)
  assert.equal(server?.settings.error_log.length, 2)
  assert.equal(server?.listens.length, 2)
})

test('a word twice is a notice', () => {
  const text = 'mail { auth_http a; smtp_auth plain plain; server { listen 25; } }'
  assert.deepEqual(notices(text), ['duplicate value "plain" in "smtp_auth" directive'])
})

test('directives may be quoted like any word', () => {
  const text =
    '"mail" { "auth_http" "a"; \'server\' { "listen" "143" "ssl"; ssl_certificate "a b"; ssl_certificate_key k; } }'
  assert.equal(config(text).servers[0]?.settings.ssl_certificate[0]?.file, '/etc/postern/a b')
})
