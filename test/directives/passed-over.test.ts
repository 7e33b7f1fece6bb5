import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notCarriedOut, passedOver } from '../../src/directives/passed-over.ts'
import { contextsOf } from '../../src/directives/table.ts'

test('a directive is passed over or a fault, not both', () => {
  for (const name of notCarriedOut.keys()) assert.equal(passedOver.has(name), false, name)
})

test('each that is passed over says why it has no effect', () => {
  for (const [name, { why }] of passedOver) assert.match(why, /^\S.{5,}[^.]$/, name)
})

/** All of nginx 1.31's, in mail and server. */
const directives = `
  auth_http auth_http_header auth_http_pass_client_cert auth_http_timeout error_log imap_auth
  imap_capabilities imap_client_buffer listen mail max_errors pop3_auth pop3_capabilities protocol proxy
  proxy_buffer proxy_pass_error_message proxy_protocol proxy_smtp_auth proxy_timeout resolver
  resolver_timeout server server_name set_real_ip_from smtp_auth smtp_capabilities smtp_client_buffer
  smtp_greeting_delay ssl_certificate ssl_certificate_compression ssl_certificate_key ssl_ciphers
  ssl_client_certificate ssl_conf_command ssl_crl ssl_dhparam ssl_ecdh_curve ssl_password_file
  ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_ticket_key ssl_session_tickets
  ssl_session_timeout ssl_trusted_certificate ssl_verify_client ssl_verify_depth starttls timeout
  xclient`

test("every mail directive of nginx has a row, and freenginx's two", () => {
  const names = [...directives.trim().split(/\s+/), 'max_commands', 'pop3_client_buffer']
  for (const name of names) assert.notDeepEqual(contextsOf(name), [], name)
})
