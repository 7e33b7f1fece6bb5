import type { Listen } from '../config/config.ts'
import type { Client } from '../protocol/protocol.ts'
import { canonical } from '../wire/address.ts'
import type { Connection, Place } from '../wire/connection.ts'
import { type ProxyEndpoint, type ProxyHeader, parseProxyHeader } from '../wire/proxy-header.ts'
import type { Input, Wire } from '../wire/wire.ts'
import type { Matcher } from './admission.ts'
import type { Record } from './record.ts'

/** Who the client is and where it connected to, as far as the connection and a PROXY header tell. */
export interface Origin {
  /** Canonical; `unix:` of a Unix socket, with port 0. */
  readonly address: string
  readonly port: number
  /** Tells, while the connection is open, which end of it is ours. */
  readonly connection: Connection
  /** What the header says, believed or not. */
  readonly header?: { readonly source: ProxyEndpoint; readonly destination: ProxyEndpoint }
  /** Whether the header is believed. */
  readonly believed: boolean
}

/** What the connection itself says. */
export function originOf(connection: Connection, remote: Place | undefined): Origin {
  return {
    address: remote ? canonical(remote.address) : 'unix:',
    port: remote?.port ?? 0,
    connection,
    believed: false,
  }
}

/** Octets that tell the two versions apart, no more than the shortest header has. */
const head = 12
/** Version 2 says in these how long it is. */
const fixed = 16
/** The longest line of version 1, without its end. */
const maxLine = 105

/**
 * Takes the PROXY header off the front of `wire`, in however many pieces it comes, and leaves there
 * what stands behind it.
 */
export async function readProxyHeader(
  wire: Wire,
): Promise<Exclude<ProxyHeader, { kind: 'incomplete' }>> {
  const first = await octets(wire, head)
  if (typeof first === 'string') return { kind: 'invalid', reason: first }
  const early = parseProxyHeader(first)
  if (early.kind !== 'incomplete') return early
  const rest = first[0] === 0x50 ? await line(wire, first) : await binary(wire, first)
  if (typeof rest === 'string') return { kind: 'invalid', reason: rest }
  const header = parseProxyHeader(rest)
  return header.kind === 'incomplete' ? { kind: 'invalid', reason: 'no PROXY header' } : header
}

async function line(wire: Wire, first: Buffer): Promise<Buffer | string> {
  if (first.includes(0x0a)) return 'wrong number of words'
  const rest = await wire.read({ kind: 'line', atMost: maxLine - head, withEnd: true })
  if (!Buffer.isBuffer(rest)) return missing(rest)
  return Buffer.concat([first, rest])
}

async function binary(wire: Wire, first: Buffer): Promise<Buffer | string> {
  const more = await octets(wire, fixed - head)
  if (typeof more === 'string') return more
  const start = Buffer.concat([first, more])
  const early = parseProxyHeader(start)
  if (early.kind === 'invalid') return early.reason
  const rest = await octets(wire, start.readUInt16BE(fixed - 2))
  return typeof rest === 'string' ? rest : Buffer.concat([start, rest])
}

/** A copy, or why there is none. */
async function octets(wire: Wire, count: number): Promise<Buffer | string> {
  if (count === 0) return Buffer.alloc(0)
  const read = await wire.read({ kind: 'octets', count })
  return Buffer.isBuffer(read) ? Buffer.from(read) : missing(read)
}

function missing(input: Exclude<Input, Buffer>): string {
  if (input === 'too-long') return 'no line end'
  return input === 'timeout' ? 'the PROXY header did not come in time' : 'no PROXY header'
}

/** The origin behind a header: the peer says who the client is, if it is one that may. */
export function behind(origin: Origin, header: ProxyHeader, trusted: Matcher): Origin {
  if (header.kind !== 'proxied') return origin
  const { source, destination } = header
  const told = { ...origin, header: { source, destination } }
  return trusted(origin.address) ? { ...told, ...source, believed: true } : told
}

/** What else there is to know of the client of a session. */
interface About {
  readonly listen: Listen
  readonly record: Record
  readonly secure: boolean
  readonly name: string
}

/** The client of a session, as backends and auth servers are told. */
export function clientOf(origin: Origin, about: About): Client {
  return new SessionClient(origin, about)
}

/** Few sessions tell where the client connected to: the kernel is asked only for those, and once. */
class SessionClient implements Client {
  readonly session: string
  readonly address: string
  readonly port: number
  readonly name: string
  readonly proxied: Client['proxied']
  readonly publicPort: number
  readonly secure: boolean
  readonly serverName: string | undefined
  readonly #origin: Origin
  /** Behind a translation nobody knows what the client dialled, unless a PROXY header says so. */
  readonly #translated: boolean
  #own: ProxyEndpoint | undefined
  #asked = false

  constructor(origin: Origin, { listen, record, secure, name }: About) {
    this.session = record.id
    this.address = origin.address
    this.port = origin.port
    this.name = name
    this.proxied = origin.header
    this.publicPort = listen.public
    this.secure = secure
    this.serverName = record.sni
    this.#origin = origin
    this.#translated = listen.public !== listen.port
  }

  get dialled(): ProxyEndpoint | undefined {
    if (this.#origin.believed) return this.proxied?.destination
    return this.#translated ? undefined : this.#ours
  }

  get reached(): ProxyEndpoint | undefined {
    const own = this.#ours
    return own && (this.dialled ?? own)
  }

  /** Our end of the connection, with the public port. */
  get #ours(): ProxyEndpoint | undefined {
    if (this.#asked) return this.#own
    this.#asked = true
    const { local } = this.#origin.connection
    this.#own = local && { address: canonical(local.address), port: this.publicPort }
    return this.#own
  }
}
