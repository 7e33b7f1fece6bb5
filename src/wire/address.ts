import { isIPv6, SocketAddress } from 'node:net'

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** An address as everything else names it: v4-mapped ones as IPv4, IPv6 shortest and bare, no zone. */
export function canonical(address: string): string {
  // Most are, and the regular expressions below cost more than all else that is done with them.
  if (!address.includes(':')) return address
  const bare = address.split('%', 1)[0] ?? address
  const four = mapped.exec(bare)?.[1]
  if (four) return four
  if (!isIPv6(bare)) return bare
  const shortest = new SocketAddress({ address: bare, family: 'ipv6' }).address
  return mapped.exec(shortest)?.[1] ?? shortest
}

/** `address:port`, IPv6 in brackets; the end of a Unix socket, `unix:…`, has no port. */
export function printEndpoint(address: string, port: number): string {
  if (!address.includes(':')) return `${address}:${port}`
  return address.startsWith('unix:') ? address : `[${address}]:${port}`
}

/** The octets of a canonical address: 4 or 16. */
export function octetsOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  // A tail in dots is two groups.
  const plain = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four) =>
    Buffer.from(four.slice(0, 4).map(Number)).toString('hex').replace(/.{4}/, '$&:'),
  )
  const [head = '', tail] = plain.split('::')
  const before = groups(head)
  const after = groups(tail ?? '')
  const zeros = tail === undefined ? [] : Array(8 - before.length - after.length).fill('0000')
  return Buffer.from([...before, ...zeros, ...after].join(''), 'hex')
}

function groups(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map(group => group.padStart(4, '0'))
}
