/** An IPv4 or IPv6 address with its port, the address in canonical form without brackets. */
export interface AddressPort {
  readonly address: string
  readonly port: number
}

/** A longer word is no address. */
const longest = 64

/**
 * `ADDRESS:PORT` with an IPv4 address, or an IPv6 address in brackets. v4-mapped addresses are IPv4,
 * so that one client or backend never has two names.
 */
export function parseAddressPort(text: string): AddressPort | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  const port = digits === undefined ? undefined : parsePort(digits)
  const address = bracketed === undefined ? ipv4(plain ?? '') : ipv6(bracketed)
  return address === undefined || port === undefined ? undefined : { address, port }
}

/** The inverse: brackets around IPv6. A Unix socket, `unix:` and its path, has no port. */
export function printAddressPort({ address, port }: AddressPort): string {
  if (address.startsWith('unix:')) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** An address without brackets, in canonical form. */
export function parseAddress(text: string): string | undefined {
  return text.includes(':') ? ipv6(text) : ipv4(text)
}

export function parsePort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

function ipv4(text: string): string | undefined {
  const parts = text.length <= longest ? text.split('.') : []
  const numbers = parts.filter(part => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
  return parts.length === 4 && numbers.length === 4 ? text : undefined
}

function ipv6(text: string): string | undefined {
  if (text.length > longest || !/^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text)) return undefined
  // A URL's host is canonical by RFC 5952.
  const host = URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host ?? '') ?? []
  if (high === undefined || low === undefined) return host
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}
