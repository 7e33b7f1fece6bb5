import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Log } from './log.ts'

/**
 * The small HTTP server beside each program: metrics, probes, state. It only answers GET and HEAD of
 * the paths that it is given, reads no bodies, and holds little for whoever connects.
 */
export interface HttpSettings {
  readonly address: string
  /** 0: any free one. */
  readonly port: number
  /** By path, without a query. */
  readonly routes: ReadonlyMap<string, Route>
  readonly log: Log
}

export type Route = () => Page | Promise<Page>

export interface Page {
  readonly body: string
  /** 200 unless given. */
  readonly status?: number
  /** `text/plain; charset=utf-8` unless given. */
  readonly type?: string
}

export interface HttpServer {
  readonly port: number
  close(): Promise<void>
}

/** Connections at a time; further ones are closed at once. */
export const mostConnections = 64
/** Octets of a request's line and headers; more is answered 431. */
export const mostHeader = 8_192
/** How long a request may take to arrive, and a connection to idle, in ms. */
const patience = 5_000

/** @throws Error where the address cannot be listened on; its `cause` says why. */
export async function serveHttp({ address, port, routes, log }: HttpSettings): Promise<HttpServer> {
  const server = createServer(
    {
      maxHeaderSize: mostHeader,
      headersTimeout: patience,
      requestTimeout: patience,
      keepAliveTimeout: patience,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      respond(routes, request, response).catch((error: unknown) => {
        log.error('HTTP request failed', { error })
        if (response.headersSent) response.destroy()
        else response.writeHead(500).end()
      })
    },
  )
  server.maxConnections = mostConnections
  await listen(server, address, port)
  server.on('error', error => log.error('HTTP server failed', { error }))
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () => close(server),
  }
}

/** The page of a probe: 200 and `ok`, or 503 and what stands in the way. */
export function probe(obstacle: () => string | undefined): Route {
  return () => {
    const reason = obstacle()
    return reason === undefined ? { body: 'ok\n' } : { status: 503, body: `${reason}\n` }
  }
}

async function listen(server: Server, address: string, port: number): Promise<void> {
  try {
    server.listen(port, address)
    await once(server, 'listening')
  } catch (cause) {
    const host = address.includes(':') ? `[${address}]` : address
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'failed'
    throw new Error(`cannot serve HTTP on ${host}:${port}: ${code}`, { cause })
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

async function respond(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const page = await answer(routes, request)
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  response.writeHead(page.status ?? 200, {
    'content-type': page.type ?? 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(page.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(page.status === 405 ? { allow: 'GET, HEAD' } : {}),
    // What follows would be the body, which nobody reads.
    ...(length !== undefined || coding !== undefined ? { connection: 'close' } : {}),
  })
  response.end(page.body)
}

function answer(
  routes: ReadonlyMap<string, Route>,
  { method, url = '' }: IncomingMessage,
): Page | Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'only GET and HEAD\n' }
  const route = routes.get(url.split('?', 1)[0] ?? '')
  return route === undefined ? { status: 404, body: 'no such page\n' } : route()
}
