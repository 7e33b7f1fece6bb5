import { type AddressPort, parsePort, printAddressPort } from '../address.ts'
import { quote } from '../error.ts'
import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { flag, integer, size } from '../values.ts'
import { type KeepAlive, parseKeepAlive, printKeepAlive } from './keep-alive.ts'
import { listenPlaces } from './listen-place.ts'

/** One listener: an address with its port, or `unix:` and a path, and port 0. */
export interface Listening extends AddressPort {
  /** The port that clients use: `public=`, else `port`. */
  readonly public: number
  /** TLS from the first octet. */
  readonly ssl: boolean
  /** `name=`, else `address:port`. */
  readonly name: string
  /** Every connection begins with a PROXY header. */
  readonly proxyProtocol: boolean
  /** `bind`: a socket of its own, where another does not take all of its connections. */
  readonly bind: boolean
  /** Connections that the kernel holds until they are accepted. */
  readonly backlog: number
  /** `undefined`: as the relay does by itself. */
  readonly keepAlive: KeepAlive | undefined
  /** Whether an IPv6 address takes no IPv4 clients. */
  readonly ipv6only: boolean
}

/** What one `listen` says: a listener for each place. */
export interface Listens extends Omit<Listening, 'address' | 'port' | 'public' | 'name'> {
  /** The first word, as it stands. */
  readonly where: string
  readonly places: readonly AddressPort[]
  /** `public=`: that of the first place's port; those of a range follow it. */
  readonly public: number | undefined
  readonly name: string | undefined
}

/** nginx's on Linux. */
export const usualBacklog = 511

const usual = {
  public: undefined,
  name: undefined,
  ssl: false,
  proxyProtocol: false,
  bind: false,
  backlog: usualBacklog,
  keepAlive: undefined,
  ipv6only: true,
} as const

/** What the log, the metrics and the answers call a listener. */
export const listenerName = /^[A-Za-z0-9_.:/@[\]-]{1,200}$/

/** What Node reaches no kernel setting for. */
const ignored: ReadonlyMap<string, string> = new Map([
  ['multipath', 'Node opens no MPTCP sockets'],
  ['rcvbuf', "Node does not set a listener's buffers, the kernel sizes them"],
  ['sndbuf', "Node does not set a listener's buffers, the kernel sizes them"],
])

export const listen: Shape<Listens> = {
  syntax:
    'ADDRESS:PORT | PORT | unix:PATH [ssl] [proxy_protocol] [bind] [public=PORT] [name=NAME] [backlog=NUMBER] [ipv6only=on|off] [so_keepalive=on|off|[IDLE]:[INTERVAL]:[COUNT]]',
  least: 1,
  most: 16,
  parse(args, scope, name) {
    const [where, ...parameters] = args
    const places = where && listenPlaces(where, scope, name)
    const read = parameters.map(word => parameter(word, scope))
    if (!where || !places || read.includes(undefined)) return undefined
    const said: Partial<Listens> = Object.assign({}, ...read)
    const value = { ...usual, ...said, where: where.text, places }
    return fits(value, parameters, scope) ? value : undefined
  },
  print(value) {
    const { ssl, proxyProtocol, bind, name, backlog, keepAlive, ipv6only } = value
    return [
      value.where,
      ...(ssl ? ['ssl'] : []),
      ...(proxyProtocol ? ['proxy_protocol'] : []),
      ...(bind ? ['bind'] : []),
      ...(value.public === undefined ? [] : [`public=${value.public}`]),
      ...(name === undefined ? [] : [`name=${name}`]),
      ...(backlog === usual.backlog ? [] : [`backlog=${backlog}`]),
      ...(ipv6only ? [] : ['ipv6only=off']),
      ...(keepAlive === undefined ? [] : [`so_keepalive=${printKeepAlive(keepAlive)}`]),
    ]
  },
}

/** The listeners of one `listen`. */
export function listenings({ places, where: _, ...said }: Listens): readonly Listening[] {
  const first = places[0]?.port ?? 0
  return places.map(place => ({
    ...said,
    ...place,
    ipv6only: said.ipv6only || !isIpv6(place.address),
    public: said.public === undefined ? place.port : said.public + place.port - first,
    name: said.name ?? printAddressPort(place),
  }))
}

/** What only makes sense with the address: nginx takes `ipv6only` with any. */
function fits({ places }: Listens, parameters: readonly Word[], scope: Scope): boolean {
  const saying = (key: string) => parameters.find(({ text }) => text.startsWith(key))
  const ipv6only = saying('ipv6only=')
  const four = places.find(({ address }) => !isIpv6(address))
  if (ipv6only && four) {
    const text = `"ipv6only=" has no effect on ${printAddressPort(four)}, which is no IPv6 address`
    scope.notice(ipv6only.position, text)
  }
  const fault = saying('public=')
  const unix = places.find(({ port }) => port === 0)
  if (!fault || !unix) return true
  const where = printAddressPort(unix)
  scope.fault(fault.position, `"public" is not supported on address "${where}"`)
  return false
}

function isIpv6(address: string): boolean {
  return address.includes(':') && !address.startsWith('unix:')
}

type Parameter = (value: string) => Partial<Listens> | undefined

const backlog = integer(1, 1_000_000)
const buffer = size(0, 2 ** 31 - 1)

/** The words after the address that have a value, and what it must be. */
const valued: ReadonlyMap<string, readonly [expects: string, read: Parameter]> = new Map([
  ['public', ['a port from 1 to 65535', value => some('public', parsePort(value))]],
  [
    'name',
    [
      '1 to 200 letters, digits or _.:/@[]-',
      value => (listenerName.test(value) ? { name: value } : undefined),
    ],
  ],
  ['backlog', [backlog.expects, value => some('backlog', backlog.parse(value))]],
  ['ipv6only', ['on or off', value => some('ipv6only', flag.parse(value))]],
  [
    'so_keepalive',
    [
      'on, off or [IDLE]:[INTERVAL]:[COUNT], such as 30m::10',
      value => some('keepAlive', parseKeepAlive(value)),
    ],
  ],
] satisfies [string, [string, Parameter]][])

function some<K extends keyof Listens>(key: K, value: Listens[K] | undefined) {
  return value === undefined ? undefined : { [key]: value }
}

/** What one word after the address says; nothing for those that have no effect. */
function parameter(word: Word, scope: Scope): Partial<Listens> | undefined {
  const { text, position } = word
  const [, key = text, value] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (text === 'ssl') return { ssl: true }
  if (text === 'proxy_protocol') return { proxyProtocol: true }
  if (text === 'bind') return { bind: true }
  const [expects, read] = (value === undefined ? undefined : valued.get(key)) ?? []
  if (read && value !== undefined) {
    const said = read(value)
    if (!said) scope.fault(position, `"${key}=" must be ${expects}, not ${quote(value)}`)
    return said
  }
  const why = ignored.get(key)
  if (why !== undefined && (value === undefined) === !key.endsWith('buf')) {
    if (value !== undefined && buffer.parse(value) === undefined) {
      scope.fault(position, `"${key}=" must be a size, such as 8k, not ${quote(value)}`)
      return undefined
    }
    scope.notice(position, `the parameter ${quote(text)} of "listen" has no effect: ${why}`)
    return {}
  }
  scope.fault(position, `invalid parameter ${quote(text)}, "listen" takes ${known.join(', ')}`)
  return undefined
}

const known = ['ssl', 'proxy_protocol', 'bind', ...[...valued.keys()].map(key => `${key}=`)]
