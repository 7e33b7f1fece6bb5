import { isIPv6, SocketAddress } from 'node:net'

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An address as everything else names it: v4-mapped ones as IPv4, IPv6 shortest and bare, no zone. */
export function canonical(address: string): string {
  const bare = address.split('%', 1)[0] ?? address
  const four = mapped.exec(bare)?.[1]
  if (four) return four
  if (!isIPv6(bare)) return bare
  return new SocketAddress({ address: bare, family: 'ipv6' }).address
}

/** `address:port`, IPv6 in brackets; the end of a Unix socket, `unix:…`, has no port. */
export function printEndpoint(address: string, port: number): string {
  if (address.startsWith('unix:')) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
