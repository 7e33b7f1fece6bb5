import { quote } from '../error.ts'
import type { Shape } from '../shape.ts'

/** `ssl_conf_command`: a command of OpenSSL's SSL_CONF and its value. */
export interface ConfCommand {
  readonly name: ConfName
  readonly value: string
  /** Those of `Options`. */
  readonly flags: readonly ConfFlag[]
}

/** A flag of `Options`, on or off. */
export type ConfFlag = readonly [option: ConfOption, on: boolean]

/** What Node has an option for. */
const carried = [
  'CipherString',
  'Ciphersuites',
  'Curves',
  'Groups',
  'MaxProtocol',
  'MinProtocol',
  'Options',
  'SignatureAlgorithms',
] as const

/** What Node has no option for, and nobody is less safe without. */
const harmless = [
  'NumTickets',
  'RecordPadding',
  'TxCertificateCompression',
  'RxCertificateCompression',
] as const

export type ConfName = (typeof carried)[number] | (typeof harmless)[number]

/** The flags of `Options` that Node has; `-` before one turns it off. */
const carriedOptions = [
  'AllowNoDHEKEX',
  'Bugs',
  'Compression',
  'EmptyFragments',
  'EncryptThenMac',
  'NoRenegotiation',
  'NoResumptionOnRenegotiation',
  'PrioritizeChaCha',
  'ServerPreference',
  'SessionTicket',
  'UnsafeLegacyRenegotiation',
] as const

/** Flags that OpenSSL always does, or that are about speed alone. */
const harmlessOptions = ['DHSingle', 'ECDHSingle', 'KTLS', 'MiddleboxCompat'] as const

type Flag = ConfOption | (typeof harmlessOptions)[number]
export type ConfOption = (typeof carriedOptions)[number]

const protocols = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3', 'None'] as const

/** OpenSSL's lists of names. */
const list = /^[A-Za-z0-9_:!+@=.,?*/-]{1,4096}$/

export const confCommand: Shape<ConfCommand> = {
  syntax: 'NAME VALUE',
  least: 2,
  most: 2,
  parse([first, second], scope, directive) {
    if (!first || !second) return undefined
    const name = [...carried, ...harmless].find(
      known => known.toLowerCase() === first.text.toLowerCase(),
    )
    if (!name) {
      scope.fault(
        first.position,
        `"${directive}" cannot carry out ${quote(first.text)}, it takes ${carried.join(', ')}`,
      )
      return undefined
    }
    const wrong = fault(name, second.text)
    if (wrong !== undefined) {
      scope.fault(second.position, `"${directive} ${name}" ${wrong}`)
      return undefined
    }
    const said = name === 'Options' ? confFlags(second.text).filter(flag => flag !== undefined) : []
    const idle = harmless.some(known => known === name)
      ? [name]
      : said.flatMap(([option]) => (isHarmless(option) ? [`${name} ${option}`] : []))
    for (const each of idle) {
      const text = `"${directive} ${each}" has no effect: Node has no setting for it`
      scope.notice(first.position, text)
    }
    return { name, value: second.text, flags: said.filter(isCarried) }
  },
  print: ({ name, value }) => [name, value],
}

/** The flags of `Options`; `undefined` for one that is not known. */
export function confFlags(
  value: string,
): readonly (readonly [option: Flag, on: boolean] | undefined)[] {
  return value.split(',').map(word => {
    const [, sign, flag = ''] = /^\s*([+-]?)(\w+)\s*$/.exec(word) ?? []
    const option = [...carriedOptions, ...harmlessOptions].find(
      known => known.toLowerCase() === flag.toLowerCase(),
    )
    return option && [option, sign !== '-']
  })
}

function isHarmless(option: Flag): option is (typeof harmlessOptions)[number] {
  return harmlessOptions.some(known => known === option)
}

function isCarried(flag: readonly [option: Flag, on: boolean]): flag is ConfFlag {
  return !isHarmless(flag[0])
}

function fault(name: ConfName, value: string): string | undefined {
  if (name === 'MinProtocol' || name === 'MaxProtocol') {
    if (protocols.some(known => known === value)) return undefined
    return `must be ${protocols.join(', ')}, not ${quote(value)}`
  }
  if (name === 'Options') {
    return confFlags(value).includes(undefined)
      ? `takes ${carriedOptions.join(', ')}, each with "-" to turn it off, not ${quote(value)}`
      : undefined
  }
  return list.test(value) ? undefined : `must be a list of names, not ${quote(value)}`
}
