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

/** The flags of `Options`; `-` before one turns it off. */
export const confOptions = [
  'AllowNoDHEKEX',
  'Bugs',
  'Compression',
  'EmptyFragments',
  'EncryptThenMac',
  'NoRenegotiation',
  'PrioritizeChaCha',
  'ServerPreference',
  'SessionTicket',
  'UnsafeLegacyRenegotiation',
] as const
export type ConfOption = (typeof confOptions)[number]

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
    if (harmless.some(known => known === name)) {
      const text = `"${directive} ${name}" has no effect: Node has no setting for it`
      scope.notice(first.position, text)
    }
    const flags =
      name === 'Options' ? confFlags(second.text).filter(flag => flag !== undefined) : []
    return { name, value: second.text, flags }
  },
  print: ({ name, value }) => [name, value],
}

/** The flags of `Options`; `undefined` for one that is not known. */
export function confFlags(value: string): readonly (ConfFlag | undefined)[] {
  return value.split(',').map(word => {
    const [, sign, flag = ''] = /^\s*([+-]?)(\w+)\s*$/.exec(word) ?? []
    const option = confOptions.find(known => known.toLowerCase() === flag.toLowerCase())
    return option && [option, sign !== '-']
  })
}

function fault(name: ConfName, value: string): string | undefined {
  if (name === 'MinProtocol' || name === 'MaxProtocol') {
    if (protocols.some(known => known === value)) return undefined
    return `must be ${protocols.join(', ')}, not ${quote(value)}`
  }
  if (name === 'Options') {
    return confFlags(value).includes(undefined)
      ? `takes ${confOptions.join(', ')}, each with "-" to turn it off, not ${quote(value)}`
      : undefined
  }
  return list.test(value) ? undefined : `must be a list of names, not ${quote(value)}`
}
