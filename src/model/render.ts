/**
 * Model → directives, as a tree, never as text: only `directives/print.ts` makes text of it. The
 * `name=` of each `listen` is what the relay's answers call it, and so leads back to the object.
 */
import { printAddressPort } from '../directives/address.ts'
import { print } from '../directives/print.ts'
import type { Directive } from '../directives/syntax.ts'
import { directive } from '../directives/tree.ts'
import { file } from './file.ts'
import type { Auth, Backend, File, Server } from './model.ts'

type HttpAuth = Extract<Auth, { kind: 'http' }>

/** What holds for every listener. */
export interface RenderOptions {
  /** In canonical form, without brackets: one socket each. */
  readonly addresses: readonly string[]
  /** `worker_shutdown_timeout`, in nginx's words; `undefined`: its default. */
  readonly shutdownTimeout?: string
}

/** What one listener adds to the text, and the files that it names. */
export interface Part {
  readonly text: string
  readonly files: readonly File[]
}

/** Of the listeners, in their order. */
export function text(parts: readonly Part[], { shutdownTimeout }: RenderOptions): string {
  const main =
    shutdownTimeout === undefined ? [] : [directive('worker_shutdown_timeout', [shutdownTimeout])]
  return `${print(main)}${opening}${parts.map(part => part.text).join('')}${closing}`
}

const opening = 'mail {\n'
const closing = '}\n'

/** Printed where it belongs, so that the text of all is the texts of each. */
export function part(server: Server, options: RenderOptions): Part {
  const printed = print([directive('mail', [], blocksOf(server, options))])
  return { text: printed.slice(opening.length, -closing.length), files: filesOf(server) }
}

/** The `upstream` and the `server` of one listener. */
export function blocksOf(server: Server, options: RenderOptions): readonly Directive[] {
  const { directives, endpoints } = server.backend
  const upstream = [
    ...directives,
    ...endpoints.map(({ weight, draining, sslName, ...place }) =>
      directive('server', [
        printAddressPort(place),
        ...(weight === 1 ? [] : [`weight=${weight}`]),
        ...(draining ? ['draining'] : []),
        ...(sslName === undefined ? [] : [`ssl_name=${sslName}`]),
      ]),
    ),
  ]
  return [
    directive('upstream', [server.id], upstream),
    directive('server', [], serverBlock(server, options)),
  ]
}

function serverBlock(server: Server, { addresses }: RenderOptions): readonly Directive[] {
  return [
    ...addresses.map(address => listen(server, address)),
    directive('protocol', [server.protocol]),
    ...frontOf(server),
    ...settingsOf(server),
    ...authOf(server),
    directive('proxy_pass', [server.id]),
    ...backendTls(server.backend),
    ...identity(server),
    ...server.guard,
  ]
}

function listen({ id, port, publicPort, front }: Server, address: string): Directive {
  return directive('listen', [
    printAddressPort({ address, port }),
    ...(front.implicit ? ['ssl'] : []),
    ...(publicPort === port ? [] : [`public=${publicPort}`]),
    `name=${id}`,
  ])
}

function frontOf({ front }: Server): readonly Directive[] {
  return [
    ...(front.starttls === 'off' ? [] : [directive('starttls', [front.starttls])]),
    ...front.certificates.flatMap(({ pair, hosts }) => [
      directive('ssl_certificate', [pair.file.name, ...hosts]),
      directive('ssl_certificate_key', [pair.file.name]),
    ]),
  ]
}

/** `identity` None goes before `xclient`. */
function settingsOf({ directives, identified }: Server): readonly Directive[] {
  return directives.filter(({ name }) => identified || name.text !== 'xclient')
}

function authOf({ auth }: Server): readonly Directive[] {
  if (auth.kind === 'passthrough') return []
  if (auth.kind === 'none')
    return [directive('smtp_auth', ['none']), directive('resolver', ['system'])]
  const secret = headersFile(auth)
  return [
    directive('auth_http', [auth.url]),
    ...(auth.timeout === undefined ? [] : [directive('auth_http_timeout', [auth.timeout])]),
    ...(secret ? [directive('include', [secret.name])] : headers(auth)),
  ]
}

/** Secret values stand in a file of their own, readable by the relay alone, never in the text. */
function headersFile(auth: HttpAuth): File | undefined {
  return auth.secret ? file(print(headers(auth)), 'conf') : undefined
}

function headers(auth: HttpAuth): readonly Directive[] {
  return auth.headers.map(({ name, value }) => directive('auth_http_header', [name, value]))
}

function backendTls({ tls, authority }: Backend): readonly Directive[] {
  const mode = tls === 'off' ? [] : [directive('proxy_ssl', [tls])]
  if (!authority) return mode
  return [
    ...mode,
    directive('proxy_ssl_verify', ['on']),
    directive('proxy_ssl_trusted_certificate', [authority.name]),
  ]
}

function identity({ identified, protocol }: Server): readonly Directive[] {
  if (identified) return [directive('proxy_identity', ['on'])]
  return protocol === 'smtp' ? [directive('xclient', ['off'])] : []
}

function filesOf({ front, backend, auth }: Server): readonly File[] {
  const secret = auth.kind === 'http' ? headersFile(auth) : undefined
  return [
    ...front.certificates.map(({ pair }) => pair.file),
    ...(backend.authority ? [backend.authority] : []),
    ...(secret ? [secret] : []),
  ]
}
