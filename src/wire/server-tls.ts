import { type SecureContext, TLSSocket } from 'node:tls'
import { type Connection, nobody } from './connection.ts'
import { HandleConnection } from './handle-connection.ts'
import type { Pool } from './handle-requests.ts'
import { isStream, nativeOf } from './handles.ts'
import { InsideTlsSocket, OnTlsHandle } from './secure-connection.ts'
import { highWaterMark, StreamConnection } from './stream-connection.ts'

/** The server's half of a TLS handshake. */
export interface ServerTls {
  /** For clients that name no host, or one that no other context is for. */
  readonly context: SecureContext
  /** By the name that the client asks for (RFC 6066 section 3); `undefined`: it makes no difference. */
  readonly contextFor: ((serverName: string) => SecureContext) | undefined
  /** A client that sends ALPN must name it (RFC 7301 section 3.2: else a fatal alert). */
  readonly alpn: string
  /** Asks for the client's certificate, which the caller judges. */
  readonly asks: boolean
  /** Certificates will be looked at, which only a socket of Node's shows. */
  readonly shows: boolean
}

export interface Secured {
  readonly connection: Connection
  /** `TLSv1.3` and the like. */
  readonly version: string | null
  /** OpenSSL's name. */
  readonly cipher: () => string
  /** The name that the client asked for, as it sent it. */
  readonly serverName: unknown
  /** Where certificates were to be shown. */
  readonly socket: TLSSocket | undefined
}

export interface Securing {
  /** `undefined`: it failed, and the connection is gone. */
  readonly done: Promise<Secured | undefined>
  readonly abandon: () => void
}

/** Does the handshake on `connection`, of which `rest` was read already. */
export function serveTls(
  connection: Connection,
  rest: Buffer,
  wanted: ServerTls,
  pool: Pool | undefined,
): Securing {
  const lean = pool && connection instanceof HandleConnection && !wanted.shows
  return lean ? onHandle(connection, rest, wanted, pool) : onStream(connection, rest, wanted, pool)
}

function onHandle(
  connection: HandleConnection,
  rest: Buffer,
  { context, contextFor, alpn }: ServerTls,
  pool: Pool,
): Securing {
  const { promise, resolve } = Promise.withResolvers<Secured | undefined>()
  const under = connection.giveAway()
  const tls = pool.handles.newTls(under, nativeOf(context), true)
  const secure = new OnTlsHandle(tls, under, pool)
  const fail = () => {
    resolve(undefined)
    secure.destroy()
  }
  let done = false
  // What begins behind a handshake is one of TLS 1.3's messages, or a client that asks for another.
  tls.onhandshakestart = () => {
    if (done && tls.getProtocol() !== 'TLSv1.3') fail()
  }
  tls.onhandshakedone = () => {
    done = true
    const serverName = tls.getServername()
    const cipher = () => tls.getCipher().name
    const version = tls.getProtocol()
    resolve({ connection: secure, version, cipher, serverName, socket: undefined })
  }
  tls.onerror = fail
  tls.setALPNProtocols(wireForm(alpn))
  if (contextFor) {
    tls.oncertcb = ({ servername }) => {
      if (servername) tls.sni_context = nativeOf(contextFor(servername))
      tls.certCbDone()
    }
    tls.enableCertCb()
  }
  secure.attach({ ...nobody, received: octets => secure.keep(octets), ended: fail, closed: fail })
  if (rest.length > 0) tls.receive(rest)
  return { done: promise, abandon: fail }
}

const forms = new Map<string, Buffer>()

/** As it is sent (RFC 7301 section 3.1); kept, since OpenSSL does not copy it. */
function wireForm(alpn: string): Buffer {
  const known = forms.get(alpn)
  if (known) return known
  const form = Buffer.from(`${String.fromCharCode(alpn.length)}${alpn}`, 'latin1')
  forms.set(alpn, form)
  return form
}

function onStream(
  connection: Connection,
  rest: Buffer,
  { context, contextFor, alpn, asks }: ServerTls,
  pool: Pool | undefined,
): Securing {
  const { promise, resolve } = Promise.withResolvers<Secured | undefined>()
  const raw = connection.toStream(rest)
  const tls = new TLSSocket(raw, {
    isServer: true,
    ...{ highWaterMark },
    secureContext: context,
    ALPNProtocols: [alpn],
    // What is wrong with a certificate the client is told afterwards, in its own protocol.
    ...(asks ? { requestCert: true, rejectUnauthorized: false } : {}),
    ...(contextFor ? { SNICallback: (name, answer) => answer(null, contextFor(name)) } : {}),
  })
  const leave = () => {
    tls.off('secure', succeed).off('end', fail).off('close', fail).off('error', fail)
  }
  const succeed = () => {
    leave()
    resolve({
      // What comes behind the handshake is read by the connection alone.
      connection: connectionIn(tls, pool),
      version: tls.getProtocol(),
      cipher: () => tls.getCipher().name,
      serverName: Reflect.get(tls, 'servername'),
      socket: tls,
    })
  }
  const fail = () => {
    leave()
    tls.on('error', () => {})
    tls.destroy()
    raw.destroy()
    resolve(undefined)
  }
  // Half-open sockets do not close by themselves when the client ends amid its handshake.
  tls.on('secure', succeed).on('end', fail).on('close', fail).on('error', fail)
  return { done: promise, abandon: () => tls.destroy() }
}

/** The connection inside a TLS socket whose handshake has just ended. */
export function connectionIn(tls: TLSSocket, pool: Pool | undefined): Connection {
  const handle: unknown = Reflect.get(tls, '_handle')
  return pool && isStream(handle) && !tls.readableEnded
    ? new InsideTlsSocket(handle, pool, tls)
    : new StreamConnection(tls)
}
