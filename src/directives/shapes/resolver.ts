import { type AddressPort, parseAddress, parseAddressPort, printAddressPort } from '../address.ts'
import { quote } from '../error.ts'
import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { duration } from '../values.ts'

/** Who is asked for the names of clients. */
export type Resolver =
  | { readonly kind: 'off' }
  /** The resolver of the machine, with whatever it reads: hosts files, search domains. */
  | { readonly kind: 'system' }
  | {
      readonly kind: 'servers'
      readonly servers: readonly AddressPort[]
      /** How long an answer counts, in ms; `undefined`: as the relay does by itself. */
      readonly valid: number | undefined
      readonly ipv4: boolean
      readonly ipv6: boolean
    }

/** More servers are asked by nobody. */
const mostServers = 16
const dnsPort = 53

const valid = duration(1_000)
const switches = new Map([
  ['on', true],
  ['off', false],
])

export const resolver: Shape<Resolver> = {
  syntax: 'ADDRESS[:PORT] … [valid=TIME] [ipv4=on|off] [ipv6=on|off] | system | off',
  least: 1,
  most: mostServers + 3,
  parse(args, scope, name) {
    const [first] = args
    if (args.length === 1 && first?.text === 'off') return { kind: 'off' }
    if (args.length === 1 && first?.text === 'system') return { kind: 'system' }
    const read = args.map(word => parameter(word, scope, name))
    if (!first || read.includes(undefined)) return undefined
    const servers = read.flatMap(one => one?.server ?? [])
    const usual = { kind: 'servers', valid: undefined, ipv4: true, ipv6: true } as const
    const said: Said = Object.assign({}, ...read.filter(one => one && !one.server))
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
  readonly server?: AddressPort
  readonly valid?: number
  readonly ipv4?: boolean
  readonly ipv6?: boolean
}

function parameter(word: Word, scope: Scope, name: string): Said | undefined {
  const { text, position } = word
  const [, key, value = ''] = /^(valid|ipv4|ipv6)=(.*)$/s.exec(text) ?? []
  if (key === 'valid') {
    const time = valid.parse(value)
    if (time !== undefined) return { valid: time }
    scope.fault(position, `"valid=" must be ${valid.expects}, not ${quote(value)}`)
    return undefined
  }
  if (key !== undefined) {
    const on = switches.get(value)
    if (on !== undefined) return { [key]: on }
    scope.fault(position, `"${key}=" must be on or off, not ${quote(value)}`)
    return undefined
  }
  const server = serverOf(text)
  if (server) return { server }
  scope.fault(
    position,
    `invalid parameter ${quote(text)}, "${name}" takes addresses of name servers, IPv6 in brackets`,
  )
  return undefined
}

function serverOf(text: string): AddressPort | undefined {
  const bare = parseAddress(text.replace(/^\[(.*)\]$/, '$1'))
  return bare === undefined ? parseAddressPort(text) : { address: bare, port: dnsPort }
}
