import { isIP, isIPv6, SocketAddress } from 'node:net'

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

/** Canonical, if `text` is an address at all. */
export function addressIn(text: string): string | undefined {
  if (isPlainFour(text)) return text
  return isIP(text) === 0 ? undefined : canonical(text)
}

/** Whether `text` is an IPv4 address: four numbers up to 255, none of which begins with a needless 0. */
function isPlainFour(text: string): boolean {
  let numbers = 0
  let number = -1
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - zero
    if (digit >= 0 && digit <= 9 && number !== 0) {
      number = number < 0 ? digit : number * 10 + digit
      if (number > 255) return false
    } else if (digit === dot && number >= 0) {
      numbers++
      number = -1
    } else return false
  }
  return numbers === 3 && number >= 0
}

const zero = 0x30
const dot = 0x2e - zero

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
