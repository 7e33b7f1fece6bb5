import { parseAddressPort, printAddressPort } from '../address.ts'
import { text, type Value } from '../values.ts'

export type ProxyPass =
  | { readonly kind: 'upstream'; readonly name: string }
  /** Literal addresses only; a host name is written in an `upstream`. */
  | { readonly kind: 'address'; readonly address: string; readonly port: number }

/** The name of an `upstream`; the renderer makes it of namespace, Service and port. */
export const upstreamName = text({
  expects: 'a name of 1 to 255 letters, digits or _./-',
  pattern: '^[A-Za-z0-9_./-]+$',
  maxLength: 255,
})

export const proxyPass: Value<ProxyPass> = {
  expects: 'the name of an "upstream" or an address with its port',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_./:\\[\\]-]+$', maxLength: 255 },
  parse(word) {
    const literal = parseAddressPort(word)
    if (literal) return { kind: 'address', ...literal }
    const name = upstreamName.parse(word)
    return name === undefined ? undefined : { kind: 'upstream', name }
  },
  print: value => (value.kind === 'upstream' ? value.name : printAddressPort(value)),
  fromJson: json => (typeof json === 'string' ? proxyPass.parse(json) : undefined),
  toJson: value => proxyPass.print(value),
}
