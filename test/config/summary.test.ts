import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summary } from '../../src/config/summary.ts'
import { config } from './loading.ts'

test('a configuration says what would listen, how, who judges, and where to', () => {
  const text = `user x;
mail {
  ssl_certificate c; ssl_certificate_key k;
  upstream dovecot { server 10.0.0.1:143; }
  upstream postfix { server 10.0.0.1:25; server 10.0.0.2:25; }
  server { listen [::]:10993 public=993 ssl name=mail/corp/imaps; proxy_pass dovecot; }
  server { listen 143; starttls only; auth_http http://auth:9000/x; }
  server { listen 110; starttls on; auth_http auth; proxy_pass 10.0.0.1:110; }
  server { listen 25; smtp_auth none; proxy_pass postfix; }
  server { listen 587 proxy_protocol; smtp_auth none plain; proxy_pass postfix; }
}`
  assert.deepEqual(summary(config(text)), [
    'imap on [::]:10993 (clients use 993, named mail/corp/imaps), TLS from the first octet, judged by the backend, to upstream dovecot (1 server)',
    'imap on 0.0.0.0:143, STARTTLS required, judged by http://auth:9000/x, to where the auth server says',
    'pop3 on 0.0.0.0:110, STARTTLS offered, judged by http://auth:80/, to 10.0.0.1:110',
    'smtp on 0.0.0.0:25, clear text, no login, to upstream postfix (2 servers)',
    'smtp on 0.0.0.0:587, behind a PROXY header, clear text, no login, or one judged by the backend, to upstream postfix (2 servers)',
    'notice: relay.conf:1:1: "user" has no effect: the relay runs as whoever starts it',
  ])
})

test('an address beside every address has a line of its own', () => {
  const text = 'mail { auth_http a; server { listen 143; } server { listen 10.0.0.1:143; } }'
  assert.deepEqual(summary(config(text)), [
    'imap on 0.0.0.0:143, clear text, judged by http://a:80/, to where the auth server says',
    'imap on 10.0.0.1:143 (through 0.0.0.0:143), clear text, judged by http://a:80/, to where the auth server says',
  ])
})

test('a configuration without servers says so', () => {
  assert.deepEqual(summary(config('')), [
    'nothing would listen: there is no "server" in a "mail" block',
  ])
})
