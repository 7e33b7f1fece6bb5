import assert from 'node:assert/strict'
import { test } from 'node:test'
import { config, machine, notices } from './loading.ts'

const smtp = 'listen 25; proxy_pass 10.0.0.1:25;'
const keys = 'ssl_certificate c; ssl_certificate_key k;'

const rows: readonly (readonly [mail: string, ...told: readonly string[]])[] = [
  [`proxy off; server { ${smtp} }`, '"proxy off" has no effect: a mail server always proxies'],
  [
    'auth_http a; server { listen 143; } server { listen 10.0.0.1:143 bind backlog=5; }',
    '"bind" has no effect on 10.0.0.1:143: its connections come through the socket of 0.0.0.0:143',
    '"backlog=" has no effect on 10.0.0.1:143: its connections come through the socket of 0.0.0.0:143',
  ],
  ['auth_http a; server { listen 10.0.0.2:143; } server { listen 10.0.0.1:143 bind backlog=5; }'],
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
    `ssl_session_cache shared:m:10m; server { ${smtp} }`,
    '"ssl_session_cache" has no effect: clients resume their sessions by tickets',
  ],
  [
    `ssl_session_cache builtin; ssl_session_tickets off; server { ${smtp} }`,
    '"ssl_session_cache" has no effect, and with "ssl_session_tickets off" no session is resumed',
    '"ssl_session_tickets" has no effect without "listen … ssl" or "starttls"',
  ],
  [`${keys} ssl_session_cache off; server { listen 465 ssl; proxy_pass 10.0.0.1:25; }`],
  [
    `ssl_session_ticket_key a; ssl_session_ticket_key b; server { ${smtp} }`,
    'only the first "ssl_session_ticket_key" counts: Node takes one, so tickets of the others are not resumed',
  ],
  [
    `ssl_certificate_compression on; server { ${smtp} }`,
    '"ssl_certificate_compression" has no effect: Node does not compress certificates',
  ],
  [
    `ssl_client_certificate ca; ssl_crl l; auth_http_pass_client_cert on; server { ${smtp} }`,
    '"ssl_client_certificate" has no effect with "ssl_verify_client off"',
    '"ssl_crl" has no effect with "ssl_verify_client off"',
    '"auth_http_pass_client_cert" has no effect with "ssl_verify_client off"',
  ],
  [
    `ssl_verify_client on; ssl_client_certificate ca; server { ${smtp} }`,
    '"ssl_verify_client on" is about TLS: on a "listen" without "ssl" a client is asked for no certificate unless "starttls only" makes it use TLS',
    '"ssl_client_certificate" has no effect without "listen … ssl" or "starttls"',
  ],
  [
    `ssl_protocols TLSv1.3; imap_capabilities A; xclient off; server { ${smtp} pop3_auth plain; }`,
    '"ssl_protocols" has no effect without "listen … ssl" or "starttls"',
    '"imap_capabilities" has no effect without a server of IMAP',
    '"pop3_auth" has no effect without a server of POP3',
  ],
  [
    `resolver off; xclient on; smtp_auth plain; server { listen 143; proxy_pass 10.0.0.1:143; }`,
    '"resolver" has no effect without a server of SMTP',
    '"xclient" has no effect without a server of SMTP',
    '"smtp_auth" has no effect without a server of SMTP',
  ],
  [
    `auth_http_timeout 5s; server { ${smtp} } server { listen 26; protocol smtp; proxy_pass 10.0.0.1:25; }`,
    '"auth_http_timeout" has no effect without "auth_http"',
  ],
  [
    `${keys} server { listen 465 ssl; starttls on; proxy_pass 10.0.0.1:25; }`,
    '"starttls" has no effect where every "listen" has "ssl"',
  ],
  [`${keys} starttls on; server { listen 465 ssl; proxy_pass 10.0.0.1:25; } server { ${smtp} }`],
  [`imap_capabilities A; server { ${smtp} } server { listen 143; proxy_pass 10.0.0.1:143; }`],
  [
    `set_real_ip_from 10.0.0.0/8; server { ${smtp} }`,
    '"set_real_ip_from" has no effect without "listen … proxy_protocol"',
  ],
  [
    `set_real_ip_from 10.0.0.0/8; server { ${smtp} } server { listen 26 proxy_protocol; protocol smtp; proxy_pass 10.0.0.1:25; }`,
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

test('they are told in the order of their lines, whatever they are about', () => {
  const files = { '/etc/postern/more': 'proxy off;\nimap_capabilities A A;' }
  const text = `user x;\nmail {\nproxy_pass 10.0.0.1:1;\nssl_session_cache builtin;
    server { listen 143; imap_auth plain plain; include more; }\n}\nevents { }`
  const places = config(text, machine(files)).notices.map(
    ({ position: { file, line } }) => `${file}:${line}`,
  )
  assert.deepEqual(places, [
    'relay.conf:1',
    'relay.conf:4',
    'relay.conf:5',
    'relay.conf:7',
    '/etc/postern/more:1',
    '/etc/postern/more:2',
  ])
})
