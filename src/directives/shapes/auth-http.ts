import { parseAddressPort, parsePort } from '../address.ts'
import { quote } from '../error.ts'
import type { Shape } from '../shape.ts'

/** `auth_http`, taken apart: where to ask and what to ask for. */
export interface AuthHttp {
  /** A literal address or a host name; for `unix:` the path. */
  readonly host: string
  readonly port: number
  /** The host is an address, not a name. */
  readonly literal: boolean
  readonly unix: boolean
  /** `https:`, whose certificate must be one for the host. */
  readonly tls: boolean
  /** The `Host` header: the host part without its port, `localhost` for `unix:`. */
  readonly hostHeader: string
  readonly uri: string
}

/** Longer URLs serve no auth server, whose request is a line of these. */
export const maxUrl = 2048

export const hostName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})$/

// Visible ASCII: the URI goes into a request line as it is.
const uri = /^[!-~]*$/

export const authHttp: Shape<AuthHttp> = {
  syntax: '[http://]HOST[:PORT][/URI] | https://HOST[:PORT][/URI] | [http://]unix:PATH[:/URI]',
  least: 1,
  most: 1,
  parse([word], scope, name) {
    if (!word) return undefined
    const { text, position } = word
    const parsed = text.length <= maxUrl && uri.test(text) ? taken(text) : undefined
    if (parsed) return parsed
    scope.fault(position, `"${name}" must be [http://]HOST[:PORT][/URI], not ${quote(text)}`)
    return undefined
  },
  print: ({ host, port, unix, tls, uri }) => {
    if (unix) return [`unix:${host}:${uri}`]
    return [`http${tls ? 's' : ''}://${host.includes(':') ? `[${host}]` : host}:${port}${uri}`]
  },
}

function taken(text: string): AuthHttp | undefined {
  const tls = /^https:\/\//i.test(text)
  const rest = text.replace(/^https?:\/\//i, '')
  if (rest.startsWith('unix:')) return tls ? undefined : socket(rest.slice('unix:'.length))
  const slash = rest.indexOf('/')
  const place = slash < 0 ? rest : rest.slice(0, slash)
  const asked = slash < 0 ? '/' : rest.slice(slash)
  // An IPv6 address stays in its brackets in the header, as RFC 9110 7.2 has it.
  const [, hostHeader = '', digits] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(place) ?? []
  const port = digits === undefined ? (tls ? 443 : 80) : parsePort(digits)
  if (port === undefined) return undefined
  const literal = parseAddressPort(`${hostHeader}:${port}`)
  if (!literal && !hostName.test(hostHeader)) return undefined
  const host = literal?.address ?? hostHeader
  return { host, port, literal: literal !== undefined, unix: false, tls, hostHeader, uri: asked }
}

function socket(rest: string): AuthHttp | undefined {
  const colon = rest.indexOf(':')
  const host = colon < 0 ? rest : rest.slice(0, colon)
  const asked = colon < 0 ? '/' : rest.slice(colon + 1)
  if (!host.startsWith('/') || !asked.startsWith('/')) return undefined
  const place = { host, port: 0, literal: false, unix: true }
  return { ...place, tls: false, hostHeader: 'localhost', uri: asked }
}
