import {
  type AddressPort,
  parseAddress,
  parseAddressPort,
  parsePort,
  printAddressPort,
} from '../address.ts'
import { quote } from '../error.ts'
import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { duration, flag } from '../values.ts'
import { hostName } from './auth-http.ts'

/** Who is asked for the names of clients. */
export type Resolver =
  | { readonly kind: 'off' }
  /** The resolver of the machine, with whatever it reads: hosts files, search domains. */
  | { readonly kind: 'system' }
  | {
      readonly kind: 'servers'
      readonly servers: readonly AddressPort[]
      /** How long an answer counts, in ms; `undefined`: as long as the answer itself says. */
      readonly valid: number | undefined
      readonly ipv4: boolean
      readonly ipv6: boolean
    }

/** More servers are asked by nobody. */
const mostServers = 16
const dnsPort = 53

const valid = duration(1_000)
/** Several addresses of one name server count, and no more. */
const mostAddresses = 4
export const resolver: Shape<Resolver> = {
  syntax: 'ADDRESS[:PORT] | HOST[:PORT] … [valid=TIME] [ipv4=on|off] [ipv6=on|off] | system | off',
  least: 1,
  most: mostServers + 3,
  parse(args, scope, name) {
    const [first] = args
    if (args.length === 1 && first?.text === 'off') return { kind: 'off' }
    if (args.length === 1 && first?.text === 'system') return { kind: 'system' }
    const read = args.map(word => parameter(word, scope, name))
    if (!first || read.includes(undefined)) return undefined
    const servers = read.flatMap(one => one?.servers ?? []).slice(0, mostServers)
    const usual = { kind: 'servers', valid: undefined, ipv4: true, ipv6: true } as const
    const said: Said = Object.assign({}, ...read.filter(one => one && !one.servers))
    const value = { ...usual, ...said, servers }
    const missing =
      servers.length === 0
        ? 'names no server'
        : value.ipv4 || value.ipv6
          ? undefined
          : 'has neither "ipv4" nor "ipv6"'
    if (missing === undefined) return value
    scope.fault(first.position, `"${name}" ${missing}`)
    return undefined
  },
  print(value) {
    if (value.kind !== 'servers') return [value.kind]
    return [
      ...value.servers.map(printAddressPort),
      ...(value.valid === undefined ? [] : [`valid=${valid.print(value.valid)}`]),
      ...(value.ipv4 ? [] : ['ipv4=off']),
      ...(value.ipv6 ? [] : ['ipv6=off']),
    ]
  },
}

interface Said {
  readonly servers?: readonly AddressPort[]
  readonly valid?: number | undefined
  readonly ipv4?: boolean
  readonly ipv6?: boolean
}

function parameter(word: Word, scope: Scope, name: string): Said | undefined {
  const { text, position } = word
  const [, key, value = ''] = /^(valid|ipv4|ipv6)=(.*)$/s.exec(text) ?? []
  if (key === 'valid') {
    // nginx's way to say nothing.
    if (/^0+m?s?$/.test(value)) return { valid: undefined }
    const time = valid.parse(value)
    if (time !== undefined) return { valid: time }
    scope.fault(position, `"valid=" must be ${valid.expects}, not ${quote(value)}`)
    return undefined
  }
  if (key !== undefined) {
    const on = flag.parse(value)
    if (on !== undefined) return { [key]: on }
    scope.fault(position, `"${key}=" must be on or off, not ${quote(value)}`)
    return undefined
  }
  const literal = serverOf(text)
  if (literal) return { servers: [literal] }
  const found = named(text, scope)
  if (found && found.length > 0) return { servers: found }
  scope.fault(
    position,
    found
      ? `host not found in ${quote(text)} of the "${name}" directive`
      : `invalid parameter ${quote(text)}, "${name}" takes addresses of name servers, IPv6 in brackets`,
  )
  return undefined
}

function serverOf(text: string): AddressPort | undefined {
  const bare = parseAddress(text.replace(/^\[(.*)\]$/, '$1'))
  return bare === undefined ? parseAddressPort(text) : { address: bare, port: dnsPort }
}

/** The addresses of a host; `undefined` where it is none, or the word for no resolver. */
function named(text: string, scope: Scope): readonly AddressPort[] | undefined {
  const [, host = '', digits] = /^([^:]*)(?::(\d+))?$/.exec(text) ?? []
  const port = digits === undefined ? dnsPort : parsePort(digits)
  if (!hostName.test(host) || port === undefined || host === 'off' || host === 'system') {
    return undefined
  }
  const addresses = scope.addresses(host).flatMap(each => parseAddress(each) ?? [])
  return addresses.slice(0, mostAddresses).map(address => ({ address, port }))
}
