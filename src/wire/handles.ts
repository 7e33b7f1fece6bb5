import { Socket, type SocketConstructorOpts } from 'node:net'
import type { SecureContext } from 'node:tls'

/**
 * The handles beneath Node's sockets: the one file that knows of them. They are no public interface, so
 * what they are is looked at when they are loaded and tried before they are used (`proven`); where
 * either fails, the relay uses Node's own sockets, which do the same at more than twice the cost.
 */

/** A request under way; what libuv answers comes to `oncomplete`, called on the request. */
export interface Request {
  oncomplete?: ((status: number) => void) | undefined
}

/** What `getpeername` and `getsockname` fill in. */
export interface Name {
  address: string
  family: string
  port: number
}

export interface HandleUser {
  /** Something was read, or the peer ended: the count is in `state`. What is returned is read into next. */
  read(): Uint8Array | undefined
}

export interface StreamHandle {
  /** Called on the handle, with the count in `state`; a buffer that it returns is read into next. */
  onread: ((this: StreamHandle) => Uint8Array | undefined) | undefined
  /** Who is told of what was read. */
  user?: HandleUser | undefined
  useUserBuffer(buffer: Uint8Array): void
  readStart(): number
  readStop(): number
  writeBuffer(request: Request, octets: Uint8Array): number
  writev(request: Request, pieces: readonly Uint8Array[], allBuffers: true): number
  writeLatin1String(request: Request, text: string): number
  shutdown(request: Request): number
  ref(): void
  unref(): void
  /** Gives the descriptor back at once; `closed` is called once libuv has let go of the handle. */
  close(closed?: () => void): void
  getpeername?(name: Name): number
  getsockname?(name: Name): number
  setKeepAlive?(on: boolean, idle: number, interval?: number, count?: number): number
  setNoDelay?(on: boolean): number
}

/** A socket that dials. */
export interface DiallingHandle extends StreamHandle {
  connect(request: Request, address: string, port: number): number
  connect6(request: Request, address: string, port: number): number
}

/** A socket that listens: accepted ones come to `onconnection`, called on the handle. */
export interface ListeningHandle {
  onconnection: ((status: number, handle: StreamHandle | undefined) => void) | undefined
  setNoDelay?(on: boolean): number
}

/** TLS around the handle of a socket. */
export interface TlsHandle extends StreamHandle {
  onhandshakestart?: () => void
  onhandshakedone?: () => void
  /** Something is wrong with the handshake, or with what came after it. */
  onerror?: (error: Error) => void
  /** The client has said which host it wants: `certCbDone` goes on with `sni_context`. */
  oncertcb?: (about: { readonly servername?: string }) => void
  sni_context?: NativeContext
  certCbDone(): void
  enableCertCb(): void
  setALPNProtocols(protocols: Buffer): void
  /** Takes octets that were read before. */
  receive(octets: Buffer): void
  destroySSL(): void
  getServername(): string | false
  getProtocol(): string | null
  getCipher(): { readonly name: string }
}

/** What a `SecureContext` is beneath. */
export type NativeContext = { readonly native: unique symbol }

export interface Handles {
  readonly newTls: (under: StreamHandle, context: NativeContext, isServer: boolean) => TlsHandle
  readonly newSocket: () => DiallingHandle
  readonly newConnect: () => Request
  readonly newWrite: () => Request
  readonly newShutdown: () => Request
  /** What the call before left here: counts of octets read, whether a write was not done at once. */
  readonly state: ArrayLike<number>
  readonly readCount: number
  readonly wroteLater: number
}

/** The handles of this Node; `undefined` where they are not what is known of them. */
export function loadHandles(): Handles | undefined {
  try {
    const { TCP, TCPConnectWrap, constants } = bindingOf('tcp_wrap')
    const { WriteWrap, ShutdownWrap, ...numbers } = bindingOf('stream_wrap')
    const { wrap } = bindingOf('tls_wrap')
    const { streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = numbers
    const kind: unknown = Reflect.get(Object(constants), 'SOCKET')
    if (typeof wrap !== 'function') return undefined
    const handles: Handles = {
      newTls: (under, context, isServer) => wrap(under, context, isServer, false),
      newSocket: maker<DiallingHandle>(TCP, kind),
      newConnect: maker<Request>(TCPConnectWrap),
      newWrite: maker<Request>(WriteWrap),
      newShutdown: maker<Request>(ShutdownWrap),
      state: numbersOf(streamBaseState),
      readCount: indexOf(kReadBytesOrError),
      wroteLater: indexOf(kLastWriteWasAsync),
    }
    const socket = handles.newSocket()
    const whole = methods.every(name => typeof Reflect.get(socket, name) === 'function')
    socket.close()
    return whole && typeof kind === 'number' ? handles : undefined
  } catch {
    return undefined
  }
}

/** A stream of Node's on `handle`, which reads as soon as it is asked to. */
export function streamOn(handle: StreamHandle, options: SocketConstructorOpts): Socket {
  return new Socket(Object.assign(options, { handle }) as SocketConstructorOpts)
}

const methods = [
  ...['useUserBuffer', 'readStart', 'readStop', 'writeBuffer', 'writev', 'writeLatin1String'],
  ...[
    'shutdown',
    'close',
    'ref',
    'unref',
    'getpeername',
    'getsockname',
    'setKeepAlive',
    'setNoDelay',
  ],
  ...['connect', 'connect6'],
]

/** What a context is beneath. */
export function nativeOf(context: SecureContext): NativeContext {
  return context.context
}

/** Whether it can be read and written as a stream. */
export function isStream(handle: unknown): handle is StreamHandle {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle
}

function bindingOf(name: string): Record<string, unknown> {
  const found: unknown = Reflect.apply(Reflect.get(process, 'binding'), process, [name])
  if (typeof found !== 'object' || found === null) throw new TypeError(`no binding ${name}`)
  return Object.fromEntries(Object.entries(found))
}

function maker<T>(made: unknown, parameter?: unknown): () => T {
  if (typeof made !== 'function') throw new TypeError('no constructor')
  const Made = made as new (parameter: unknown) => T
  return () => new Made(parameter)
}

function numbersOf(found: unknown): ArrayLike<number> {
  if (!(found instanceof Int32Array)) throw new TypeError('no numbers')
  return found
}

function indexOf(found: unknown): number {
  if (typeof found !== 'number') throw new TypeError('no index')
  return found
}
