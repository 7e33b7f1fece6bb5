/** The servers that the dialogues go through: one text for both programs. */

import { type ProtocolName, protocolNames } from '../../src/words/protocol-name.ts'
import { nginxMain } from '../support/nginx.ts'

export const modes = ['off', 'on', 'only', 'ssl'] as const
/** Of STARTTLS; `ssl`: TLS from the first octet. */
export type Mode = (typeof modes)[number]

export interface Door {
  /** Its port's name. */
  readonly name: string
  readonly protocol: ProtocolName
  readonly mode: Mode
  readonly lines: readonly string[]
}

const all: Readonly<Record<ProtocolName, string>> = {
  imap: 'imap_auth plain login cram-md5 external;',
  pop3: 'pop3_auth plain apop cram-md5 external;',
  smtp: 'smtp_auth plain login cram-md5 external; smtp_capabilities "SIZE 10240000" PIPELINING;',
}

/** `imap-on` has nginx's defaults, `imap-on-all` every mechanism. */
const byMode: readonly Door[] = protocolNames.flatMap(protocol =>
  modes.flatMap(mode => [
    { name: `${protocol}-${mode}`, protocol, mode, lines: [] },
    { name: `${protocol}-${mode}-all`, protocol, mode, lines: [all[protocol]] },
  ]),
)

const mx: readonly Door[] = modes.map(mode => ({
  name: `mx-${mode}`,
  protocol: 'smtp',
  mode,
  lines: ['smtp_auth none;'],
}))

/** How the backend is treated, by the name that a door ends with. */
const treatments: Readonly<Record<string, readonly string[]>> = {
  told: ['proxy_pass_error_message on;'],
  quick: ['timeout 2s; auth_http_timeout 2s;'],
  dead: ['auth_http 127.0.0.1:{dead}/auth;'],
  headers: ['auth_http_header X-Auth-Key secret_string; auth_http_header X-Second "a b";'],
}
const smtpTreatments: Readonly<Record<string, readonly string[]>> = {
  untold: ['xclient off;'],
  again: ['proxy_smtp_auth on;'],
  'again-all': ['proxy_smtp_auth on; xclient off; smtp_auth plain login cram-md5 external;'],
  'again-untold': ['proxy_smtp_auth on; xclient off;'],
  'mx-told': ['smtp_auth none; proxy_pass_error_message on;'],
  'mx-untold': ['smtp_auth none; xclient off;'],
  'mx-both': ['smtp_auth plain login none;'],
}

function treated(
  place: ProtocolName | 'mx',
  table: Readonly<Record<string, readonly string[]>>,
): readonly Door[] {
  return Object.entries(table).map(([name, lines]) => ({
    name: `${place}-${name}`,
    protocol: place === 'mx' ? 'smtp' : place,
    lines: place === 'mx' ? ['smtp_auth none;', ...lines] : lines,
    mode: 'off',
  }))
}

export const doors: readonly Door[] = [
  ...byMode,
  ...mx,
  ...protocolNames.flatMap(protocol => treated(protocol, treatments)),
  ...treated('smtp', smtpTreatments),
  ...treated('mx', treatments),
]

export const text = `${nginxMain}
mail {
  server_name mail.example.com;
  auth_http 127.0.0.1:{auth}/auth?from=mail;
  ssl_certificate mail.crt;
  ssl_certificate_key mail.key;
  ssl_protocols TLSv1.2 TLSv1.3;
${doors.map(server).join('')}}
`

function server({ lines, mode, name, protocol }: Door): string {
  const listen = `listen 127.0.0.1:{${name}}${mode === 'ssl' ? ' ssl' : ''};`
  const starttls = mode === 'ssl' ? '' : `starttls ${mode};`
  return `  server {
    protocol ${protocol};
    ${[listen, starttls, ...lines].join('\n    ')}
  }
`
}
