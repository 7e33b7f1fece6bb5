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

/** What one `listen` says. */
export interface Listening extends AddressPort {
  /** The port that clients use: `public=`, else `port`. */
  readonly public: number
  /** TLS from the first octet. */
  readonly ssl: boolean
  /** `name=`, else `address:port`. */
  readonly name: string
}

/** What the log, the metrics and the answers call a listener. */
export const listenerName = /^[A-Za-z0-9_.:/@[\]-]{1,200}$/

/** Kernel settings that Node does not reach, or that we always have. */
const ignored = /^(?:bind|multipath|(?:backlog|rcvbuf|sndbuf|so_keepalive)=.*)$/

export const listen: Shape<Listening> = {
  syntax: 'ADDRESS:PORT | PORT [ssl] [public=PORT] [name=NAME]',
  least: 1,
  most: 16,
  parse(args, scope, name) {
    const [where, ...parameters] = args
    const place = where && addressPort(where, scope, name)
    const read = parameters.map(word => parameter(word, scope))
    if (!place || read.includes(undefined)) return undefined
    const said: Partial<Listening> = Object.assign({}, ...read)
    return { ...place, public: place.port, ssl: false, name: printAddressPort(place), ...said }
  },
  print(value) {
    const words = [printAddressPort(value)]
    if (value.ssl) words.push('ssl')
    if (value.public !== value.port) words.push(`public=${value.public}`)
    if (value.name !== printAddressPort(value)) words.push(`name=${value.name}`)
    return words
  },
}

function addressPort(word: Word, scope: Scope, name: string): AddressPort | undefined {
  const { text, position } = word
  const alone = parsePort(text)
  if (alone !== undefined) return { address: '0.0.0.0', port: alone }
  if (text.startsWith('localhost:')) {
    scope.notice(position, '"localhost" is 127.0.0.1 here; a second "listen" opens [::1]')
  }
  const literal = text.replace(/^\*:/, '0.0.0.0:').replace(/^localhost:/, '127.0.0.1:')
  const parsed = parseAddressPort(literal)
  if (!parsed) scope.fault(position, reason(text, name))
  return parsed
}

function reason(text: string, name: string): string {
  const bare = text.replace(/^\[(.*)\]$/, '$1')
  if (bare === '*' || bare === 'localhost' || parseAddress(bare) !== undefined) {
    return `no port in ${quote(text)} of the "${name}" directive`
  }
  if (text.startsWith('unix:')) return `"${name}" on a Unix socket is not carried out`
  return `"${name}" must begin with a port or with ADDRESS:PORT, an IPv6 address in brackets, not ${quote(text)}`
}

/** What one word after the address says; nothing for those that have no effect. */
function parameter(word: Word, scope: Scope): Partial<Listening> | undefined {
  const { text, position } = word
  const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? []
  if (text === 'ssl') return { ssl: true }
  if (text === 'ipv6only=on') return {}
  if (key === 'public') {
    const port = parsePort(value)
    if (port !== undefined) return { public: port }
    scope.fault(position, `"public=" must be a port from 1 to 65535, not ${quote(value)}`)
    return undefined
  }
  if (key === 'name') {
    if (listenerName.test(value)) return { name: value }
    scope.fault(
      position,
      `"name=" must be 1 to 200 letters, digits or _.:/@[]-, not ${quote(value)}`,
    )
    return undefined
  }
  if (ignored.test(text)) {
    scope.notice(position, `the parameter ${quote(text)} of "listen" has no effect`)
    return {}
  }
  scope.fault(
    position,
    `invalid parameter ${quote(text)}, "listen" takes ssl, public=PORT and name=NAME`,
  )
  return undefined
}
