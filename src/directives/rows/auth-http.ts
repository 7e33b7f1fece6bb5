import { every, optional, set } from '../row.ts'
import { one } from '../shape.ts'
import { authHttp } from '../shapes/auth-http.ts'
import { file } from '../shapes/file.ts'
import { header } from '../shapes/header.ts'
import type { Context } from '../syntax.ts'
import { duration, flag, integer, oneOf } from '../values.ts'
import { saidByAuth } from './without.ts'

const contexts: readonly Context[] = ['mail', 'server']

export const authHttpRows = {
  auth_http: optional(authHttp, {
    contexts,
    repeat: 'replaces',
    field: saidByAuth,
    doc: 'The HTTP server that judges a login and, where no `proxy_pass` does, chooses the backend. A host name is looked up for each question, and each of its addresses is tried; by `https:` the certificate must be one for the host.',
  }),
  auth_http_ssl_trusted_certificate: optional(file('besideConfig'), {
    contexts,
    field: saidByAuth,
    doc: 'The authorities that the certificate of an `https:` auth server is verified with, in PEM; without it, those that Node carries. nginx knows neither.',
  }),
  auth_http_keepalive: set(one('NUMBER', integer(0, 1_000)), {
    contexts,
    default: '32',
    fallback: 32,
    field: saidByAuth,
    doc: 'How many connections to the auth server may wait for the next question, up to four seconds each; `0`: each question has its own, as in nginx. In HTTP/1.0 the question ends with `Connection: keep-alive`, and only the connection of a server that answers with the same, and with `Content-Length`, is kept.',
  }),
  auth_http_version: set(one('1.0 | 1.1', oneOf('1.0', '1.1')), {
    contexts,
    default: '1.0',
    fallback: '1.0',
    field: saidByAuth,
    doc: 'The version of HTTP that the auth server is asked in: in nginx it is always 1.0, which some meshes of services refuse. In 1.1 a connection is kept unless the server says `Connection: close`: one that serves a single connection at a time is asked in 1.0.',
  }),
  auth_http_header: every(header, {
    contexts,
    field: saidByAuth,
    doc: 'A header that every request to the auth server carries, behind all others.',
  }),
  auth_http_pass_client_cert: set(one('on | off', flag), {
    contexts,
    default: 'off',
    fallback: false,
    field: saidByAuth,
    doc: "Whether the auth server is given the client's certificate, in PEM, where `ssl_verify_client` asks for one.",
  }),
  auth_http_timeout: set(one('TIME', duration()), {
    contexts,
    default: '60s',
    fallback: 60_000,
    field: saidByAuth,
    doc: 'How long the auth server may take, from the connection to the end of its answer.',
  }),
}
