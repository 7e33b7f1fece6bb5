import { parseAddressPort, printAddressPort } from '../address.ts'
import { quote } from '../error.ts'
import type { Scope, Shape } from '../shape.ts'
import type { Word } from '../syntax.ts'
import { integer } from '../values.ts'
import { tlsName } from './tls-name.ts'

/** One `server` of an `upstream`. */
export interface UpstreamServer {
  /** A literal address in canonical form without brackets. */
  readonly address: string
  readonly port: number
  readonly weight: number
  readonly backup: boolean
  readonly down: boolean
  readonly draining: boolean
  /** `ssl_name=`: the name that this server's certificate must have, before `proxy_ssl_name`. */
  readonly sslName: string | undefined
}

/** The Gateway API's bound for the weight of a backend. */
const weight = integer(1, 1_000_000)

const flags = ['backup', 'down', 'draining'] as const

export const upstreamServer: Shape<UpstreamServer> = {
  syntax: 'ADDRESS:PORT [weight=NUMBER] [backup] [down] [draining] [ssl_name=NAME]',
  least: 1,
  most: 6,
  parse([where, ...parameters], scope, name) {
    if (!where) return undefined
    const place = parseAddressPort(where.text)
    if (!place) {
      scope.fault(
        where.position,
        `"${name}" must begin with ADDRESS:PORT, a literal address, not ${quote(where.text)}`,
      )
    }
    const read = parameters.map(word => parameter(word, scope))
    if (!place || read.includes(undefined)) return undefined
    const said: Partial<UpstreamServer> = Object.assign({}, ...read)
    const usual = { weight: 1, backup: false, down: false, draining: false, sslName: undefined }
    return { ...place, ...usual, ...said }
  },
  print(server) {
    const words = [printAddressPort(server)]
    if (server.weight !== 1) words.push(`weight=${server.weight}`)
    words.push(...flags.filter(flag => server[flag]))
    if (server.sslName !== undefined) words.push(`ssl_name=${server.sslName}`)
    return words
  },
}

function parameter({ text, position }: Word, scope: Scope): Partial<UpstreamServer> | undefined {
  const flag = flags.find(known => known === text)
  if (flag) return { [flag]: true }
  const [, key, value = ''] = /^(weight|ssl_name)=(.*)$/s.exec(text) ?? []
  const kind = key === 'weight' ? weight : tlsName
  if (key === undefined) {
    scope.fault(
      position,
      `invalid parameter ${quote(text)}, "server" takes weight=, backup, down, draining and ssl_name=`,
    )
    return undefined
  }
  const read = kind.parse(value)
  if (read === undefined) {
    scope.fault(position, `"${key}=" must be ${kind.expects}, not ${quote(value)}`)
    return undefined
  }
  return typeof read === 'number' ? { weight: read } : { sslName: read }
}
