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
}

const servers = Object.entries(doors).map(
  ([name, lines]) =>
    `  server { protocol ${name.slice(0, 4)}; listen 127.0.0.1:{${name}}; ${lines} }\n`,
)

export const text = `${nginxMain}
mail {
  server_name mail.example.com;
  auth_http 127.0.0.1:{auth}/auth;
  ssl_certificate mail.crt;
  ssl_certificate_key mail.key;
${servers.join('')}}
`
