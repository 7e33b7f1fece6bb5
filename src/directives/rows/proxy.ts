import { backendTlsModes } from '../../words/starttls.ts'
import { optional, set } from '../row.ts'
import { one } from '../shape.ts'
import { file } from '../shapes/file.ts'
import { proxyPass } from '../shapes/proxy-pass.ts'
import { tlsName } from '../shapes/tls-name.ts'
import type { Context } from '../syntax.ts'
import { duration, flag, integer, oneOf, size } from '../values.ts'
import { noEffect, saidByAuth, saidByBackendRefs, saidByIdentity, usual } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

/** Less would not hold a reply line, more would let few sessions hold all memory. */
export const bufferSize = size(128, 16 * 1024 * 1024)

/** Each try may last `proxy_connect_timeout` while the client waits. */
const maxTries = 32

export const proxyRows = {
  proxy: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: noEffect,
    doc: 'Accepted and without effect: a mail server of this program always proxies.',
  }),
  proxy_buffer: set(one('SIZE', bufferSize), {
    contexts,
    default: '4k',
    fallback: 4096,
    field: true,
    doc: 'The longest reply of a backend during the login; after it, how much may wait to be written to one side (at least 4k) before the other is read no more. What one read brings, up to 64k, or 256k in the middle of a bulk transfer, comes on top.',
  }),
  proxy_protocol: set(one('off | on | v2', oneOf('off', 'on', 'v2')), {
    contexts,
    default: 'off',
    fallback: 'off',
    field: usual,
    doc: 'Whether a backend is told by a PROXY header, before anything else, who the client is: `on` in version 1, `v2` in version 2 with what is known of its TLS.',
  }),
  proxy_pass_error_message: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: true,
    doc: "Whether a client is told the backend's own words when the login to it fails.",
  }),
  proxy_timeout: set(one('TIME', duration()), {
    contexts,
    default: '24h',
    fallback: 24 * 3_600_000,
    field: true,
    doc: 'How long a session may be silent after the login, in both directions, before it is closed.',
  }),
  proxy_smtp_auth: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: saidByAuth,
    doc: 'Whether an SMTP login that `auth_http` accepted is repeated to the backend. Without `auth_http` the backend judges, and the login is always repeated.',
  }),
  xclient: set(one('on | off', flag), {
    contexts,
    default: 'on',
    fallback: true,
    field: true,
    doc: 'Whether an SMTP backend is told by XCLIENT who the client is. It must trust the proxy to do so.',
  }),
  proxy_pass: optional(one('UPSTREAM | ADDRESS:PORT', proxyPass), {
    contexts,
    field: saidByBackendRefs,
    doc: 'Where sessions go. Without `auth_http` the backend judges the login, with the credentials of the client.',
  }),
  proxy_connect_timeout: set(one('TIME', duration()), {
    contexts,
    default: '60s',
    fallback: 60_000,
    field: true,
    doc: 'How long one try to reach a backend may take; unless it is said, no longer than `timeout`.',
  }),
  proxy_next_upstream_tries: set(one('NUMBER', integer(1, maxTries)), {
    contexts,
    default: '3',
    fallback: 3,
    field: true,
    doc: 'How many backends are tried for one login, the first included, when they cannot be reached.',
  }),
  proxy_ssl: set(one('off | on | starttls | auto', oneOf(...backendTlsModes)), {
    contexts,
    default: 'off',
    fallback: 'off',
    field: saidByBackendRefs,
    doc: 'TLS to the backend: `on` from the first octet, `starttls` by STARTTLS or not at all, `auto` by STARTTLS where the backend offers it and else in clear text.',
  }),
  proxy_ssl_verify: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: saidByBackendRefs,
    doc: "Whether a backend's certificate must be valid for its name.",
  }),
  proxy_ssl_trusted_certificate: optional(file('besideConfig'), {
    contexts,
    field: saidByBackendRefs,
    doc: "The authorities that a backend's certificate is verified with, in PEM; without it, those that Node carries.",
  }),
  proxy_ssl_name: optional(one('NAME', tlsName), {
    contexts,
    field: saidByBackendRefs,
    doc: "The name that a backend's certificate must have, and that is asked for by SNI; a `ssl_name=` of the `upstream` comes before it.",
  }),
  proxy_identity: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: saidByIdentity,
    doc: 'Whether an IMAP backend is told by ID, and a POP3 backend by XCLIENT, who the client is, where they offer it.',
  }),
}
