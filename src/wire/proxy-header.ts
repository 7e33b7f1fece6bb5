import { isIPv4, isIPv6 } from 'node:net'
import { canonical, octetsOf } from './address.ts'

/**
 * The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt, 2.2 and 2.3), read and written.
 *
 * v4-mapped addresses are IPv4. A header is `local` where it says nothing of a client on TCP: v1
 * UNKNOWN, v2 LOCAL, UNSPEC, Unix sockets and datagrams; the peer's own address counts then. Nothing
 * behind the header is looked at.
 */
export interface ProxyEndpoint {
  readonly address: string
  readonly port: number
}

/** A TLV of a header that was read, whose value lies at `from` up to `to`. */
export interface TlvRange {
  readonly type: number
  readonly from: number
  readonly to: number
}

/** `length`: the octets of the header. */
export type ProxyHeader =
  | {
      readonly kind: 'proxied'
      readonly source: ProxyEndpoint
      readonly destination: ProxyEndpoint
      readonly tlvs: readonly TlvRange[]
      readonly length: number
    }
  | { readonly kind: 'local'; readonly length: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'invalid'; readonly reason: string }

/** Octets of a header, as in nginx. */
export const maxProxyHeader = 4_096
/** 2.1: the longest line of version 1, with its CRLF. */
const maxLine = 107

const word = Buffer.from('PROXY ')
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** Octets of version 2 before the addresses. */
const fixed = 16

const local = 0x20
const proxy = 0x21
/** TCP over IPv4 and IPv6, and how many octets an address has. */
const families: ReadonlyMap<number, number> = new Map([
  [0x11, 4],
  [0x21, 16],
])
/** The other transports of 2.2: no address of a TCP client. */
const foreign: ReadonlySet<number> = new Set([0x00, 0x12, 0x22, 0x31, 0x32])

/** Reads a header off the front of `received`. */
export function parseProxyHeader(received: Buffer): ProxyHeader {
  if (begins(received, word)) return parseLine(received)
  if (begins(received, signature)) return parseBinary(received)
  return invalid('no PROXY header')
}

function begins(received: Buffer, start: Buffer): boolean {
  const length = Math.min(received.length, start.length)
  return received.compare(start, 0, length, 0, length) === 0
}

function parseLine(received: Buffer): ProxyHeader {
  const line = received.subarray(0, maxLine)
  const end = line.indexOf('\r\n')
  const feed = line.indexOf('\n')
  // It would be waited for in vain: the sender takes its line for whole.
  if (feed >= 0 && feed !== end + 1) return invalid('a line end without a CR')
  if (end < 0) return received.length < maxLine ? { kind: 'incomplete' } : invalid('no line end')
  const length = end + 2
  const words = received.toString('latin1', word.length, end).split(' ')
  const [family, source = '', destination = '', sourcePort = '', destinationPort = ''] = words
  if (family === 'UNKNOWN') return { kind: 'local', length }
  const fits = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : undefined
  if (!fits) return invalid('unknown transport')
  if (words.length !== 5) return invalid('wrong number of words')
  if (!fits(source)) return invalid('bad client address')
  if (!fits(destination)) return invalid('bad server address')
  const ports = [parsePort(sourcePort), parsePort(destinationPort)] as const
  if (ports[0] === undefined) return invalid('bad client port')
  if (ports[1] === undefined) return invalid('bad server port')
  return {
    kind: 'proxied',
    source: { address: canonical(source), port: ports[0] },
    destination: { address: canonical(destination), port: ports[1] },
    tlvs: [],
    length,
  }
}

function isPlainIPv6(address: string): boolean {
  return isIPv6(address) && !address.includes('%')
}

function parsePort(text: string): number | undefined {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

function parseBinary(received: Buffer): ProxyHeader {
  const command = received[signature.length] ?? local
  if (command >> 4 !== 2) return invalid('unknown version')
  if (command !== local && command !== proxy) return invalid('unknown command')
  if (received.length < fixed) return { kind: 'incomplete' }
  const length = fixed + received.readUInt16BE(14)
  if (length > maxProxyHeader) return invalid('too long')
  if (received.length < length) return { kind: 'incomplete' }
  const family = received[13] ?? 0
  // What LOCAL says of addresses is to be dropped.
  if (command === local || foreign.has(family)) return { kind: 'local', length }
  const size = families.get(family)
  if (size === undefined) return invalid('unknown transport')
  const ports = fixed + 2 * size
  if (ports + 4 > length) return invalid('no room for the addresses')
  const tlvs = parseTlvs(received, ports + 4, length)
  if (!tlvs) return invalid('bad TLV')
  return {
    kind: 'proxied',
    source: { address: addressAt(received, fixed, size), port: received.readUInt16BE(ports) },
    destination: {
      address: addressAt(received, fixed + size, size),
      port: received.readUInt16BE(ports + 2),
    },
    tlvs,
    length,
  }
}

function addressAt(received: Buffer, at: number, size: number): string {
  const octets = received.subarray(at, at + size)
  if (size === 4) return octets.join('.')
  return canonical(octets.toString('hex').replaceAll(/.{4}(?!$)/g, '$&:'))
}

function parseTlvs(received: Buffer, start: number, end: number): TlvRange[] | undefined {
  const tlvs: TlvRange[] = []
  for (let at = start; at < end; ) {
    const from = at + 3
    if (from > end) return undefined
    const to = from + received.readUInt16BE(at + 1)
    if (to > end) return undefined
    tlvs.push({ type: received[at] ?? 0, from, to })
    at = to
  }
  return tlvs
}

function invalid(reason: string): ProxyHeader {
  return { kind: 'invalid', reason }
}

/**
 * Version 1 of who the client is and where it connected to. A line has one family, the client's: an
 * IPv4 destination of an IPv6 client is mapped, an IPv6 one of an IPv4 client is told as unspecified.
 */
export function printProxyV1(source: ProxyEndpoint, destination: ProxyEndpoint): Buffer {
  const from = canonical(source.address)
  const four = isIPv4(from)
  const own = canonical(destination.address)
  const to = isIPv4(own) === four ? own : four ? '0.0.0.0' : `::ffff:${own}`
  const family = four ? 'TCP4' : 'TCP6'
  return Buffer.from(
    `PROXY ${family} ${from} ${to} ${source.port} ${destination.port}\r\n`,
    'latin1',
  )
}

/** Version 2 of the same, with TLVs for a receiver that reads them; of two families IPv4 is mapped. */
export function printProxyV2(
  source: ProxyEndpoint,
  destination: ProxyEndpoint,
  tlvs: readonly { readonly type: number; readonly value: Buffer }[] = [],
): Buffer {
  const addresses = oneFamily(
    [source, destination].map(({ address }) => octetsOf(canonical(address))),
  )
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(source.port)
  ports.writeUInt16BE(destination.port, 2)
  const extensions = tlvs.flatMap(({ type, value }) => [
    Buffer.of(type, value.length >> 8, value.length & 0xff),
    value,
  ])
  const body = Buffer.concat([...addresses, ports, ...extensions])
  return printBinary(proxy, addresses[0]?.length === 4 ? 0x11 : 0x21, body)
}

/** Version 2 for a connection of our own: a probe. */
export function printProxyLocal(): Buffer {
  return printBinary(local, 0x00, Buffer.alloc(0))
}

function printBinary(command: number, family: number, body: Buffer): Buffer {
  const head = Buffer.of(command, family, body.length >> 8, body.length & 0xff)
  return Buffer.concat([signature, head, body])
}

/** What stands before the four octets of an IPv4 address in IPv6 (RFC 4291 2.5.5.2). */
const mapping = Buffer.from('00000000000000000000ffff', 'hex')

function oneFamily(addresses: readonly Buffer[]): readonly Buffer[] {
  const mixed = addresses.some(octets => octets.length !== addresses[0]?.length)
  if (!mixed) return addresses
  return addresses.map(octets => (octets.length === 4 ? Buffer.concat([mapping, octets]) : octets))
}
