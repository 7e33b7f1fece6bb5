/** The servers on which nginx's faults are shown: one text for both programs. */
import { nginxMain } from '../support/nginx.ts'

/** By the port's name, which begins with the protocol. */
const doors: Readonly<Record<string, string>> = {
  imap: '',
  pop3: '',
  smtp: '',
  'imap-only': 'starttls only;',
  'smtp-mx': 'smtp_auth none;',
  'smtp-mx-only': 'smtp_auth none; starttls only;',
  'imap-short': 'timeout 2s; auth_http_timeout 2s;',
  'pop3-short': 'timeout 2s;',
  'smtp-short': 'timeout 2s;',
  'pop3-pushed': 'proxy_timeout 2s;',
  'smtp-delayed': 'smtp_greeting_delay 1s;',
}

/** Behind a PROXY header. */
const proxied: Readonly<Record<string, string>> = {
  'pop3-proxied': 'timeout 2s; set_real_ip_from 127.0.0.0/8; proxy_protocol on;',
  'imap-proxied': 'timeout 2s; set_real_ip_from 127.0.0.0/8; proxy_protocol on;',
  'smtp-proxied': 'timeout 2s; set_real_ip_from 127.0.0.0/8; proxy_protocol on;',
  'smtp-untrusting': 'set_real_ip_from 192.0.2.0/24; proxy_protocol on;',
}

const servers = [...of(doors, ''), ...of(proxied, ' proxy_protocol')]

function of(some: Readonly<Record<string, string>>, how: string): readonly string[] {
  return Object.entries(some).map(
    ([name, lines]) =>
      `  server { protocol ${name.slice(0, 4)}; listen 127.0.0.1:{${name}}${how}; ${lines} }\n`,
  )
}

export const text = `${nginxMain}
mail {
  server_name mail.example.com;
  auth_http 127.0.0.1:{auth}/auth;
  ssl_certificate mail.crt;
  ssl_certificate_key mail.key;
${servers.join('')}  server { protocol imap; listen *:{imap-every}; imap_capabilities EVERY; }
  server { protocol imap; listen 127.0.0.2:{imap-every}; imap_capabilities ONE; }
  server { protocol smtp; listen [::1]:{smtp-v6}; }
}
`
