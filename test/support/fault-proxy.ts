/**
 * Stands between a controller and the real API server, passes everything on, and does harm when told
 * to. It also remembers what was asked of it.
 */
import { EventEmitter, once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { makeAuthority } from './certificates.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly agent: string
}

/** What happens to a request; `undefined`: it is passed on. */
export type Fault =
  | { readonly do: 'answer'; readonly code: number; readonly retryAfter?: number }
  | { readonly do: 'delay'; readonly ms: number }
  /** Takes the request and never says a thing. */
  | { readonly do: 'hang' }
  /** A watch that begins with an event that says: too old. */
  | { readonly do: 'expire' }

export interface FaultProxy extends AsyncDisposable {
  /** A kubeconfig that leads here. */
  readonly kubeconfig: string
  readonly asked: Asked[]
  /** Decides over each request. */
  judge: (asked: Asked) => Fault | undefined
  /** The next request that satisfies `is`. */
  next(is: (asked: Asked) => boolean): Promise<Asked>
  /** Ends every watch in the middle of a line. */
  cutWatches(): void
  /** Those that are open. */
  openWatches(): number
  /** Watches stay open and say nothing any more. */
  freezeWatches(): void
  /** Nobody listens here any more, and nothing that was open stays so. */
  leave(): Promise<void>
  comeBack(): Promise<void>
}

interface Cluster {
  readonly server: string
  readonly 'certificate-authority-data': string
}

export async function faultProxy(kubeconfig: string, dir: string): Promise<FaultProxy> {
  const authority = await makeAuthority('fault proxy')
  const { certificate, key } = await authority.issue(['localhost'], ['127.0.0.1'])
  const config: {
    clusters: { cluster: Cluster }[]
    users: { user: Readonly<Record<string, string>> }[]
  } = parse(readFileSync(kubeconfig, 'utf8'))
  const upstream = config.clusters[0]?.cluster
  const user = config.users[0]?.user ?? {}
  if (!upstream) throw new Error('the kubeconfig names no cluster')
  const tls = {
    ca: Buffer.from(upstream['certificate-authority-data'], 'base64'),
    cert: Buffer.from(user['client-certificate-data'] ?? '', 'base64'),
    key: Buffer.from(user['client-key-data'] ?? '', 'base64'),
  }
  const arrived = new EventEmitter()
  const watches = new Set<ServerResponse>()
  let frozen = new WeakSet<ServerResponse>()
  /** Below TLS, by the port of the other end. */
  const sockets = new Map<number, Socket>()

  const server = createServer({ cert: certificate, key }, (incoming, response) => {
    void handle(incoming, response).catch(() => response.destroy())
  })

  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.on('close', () => sockets.delete(port))
  })

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '', 'https://x')
    const asked: Asked = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      agent: incoming.headers['user-agent'] ?? '',
    }
    proxy.asked.push(asked)
    arrived.emit('asked', asked)
    const fault = proxy.judge(asked)
    if (fault?.do === 'hang') return
    if (fault?.do === 'delay') await pause(fault.ms)
    if (fault?.do === 'answer') return answer(response, fault.code, fault.retryAfter)
    if (fault?.do === 'expire') {
      response.writeHead(200, { 'content-type': 'application/json' })
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
      return
    }
    forward(incoming, response, url.searchParams.get('watch') === 'true')
  }

  function forward(incoming: IncomingMessage, response: ServerResponse, watch: boolean): void {
    const { host: _, ...headers } = incoming.headers
    const sent = request(
      new URL(incoming.url ?? '', upstream?.server),
      { method: incoming.method ?? 'GET', headers, ...tls },
      answered => {
        response.writeHead(answered.statusCode ?? 502, answered.headers)
        response.flushHeaders()
        if (watch) watches.add(response)
        answered.on('data', chunk => {
          if (!frozen.has(response)) response.write(chunk)
        })
        answered.on('end', () => {
          if (!frozen.has(response)) response.end()
        })
        answered.on('error', () => response.destroy())
      },
    )
    sent.on('error', () => response.destroy())
    response.on('close', () => {
      watches.delete(response)
      sent.destroy()
    })
    incoming.pipe(sent)
  }

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const bound = server.address()
    return typeof bound === 'object' && bound !== null ? bound.port : 0
  }

  async function leave(): Promise<void> {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  const port = await listen(0)
  const file = join(dir, `fault-proxy-${port}.kubeconfig`)
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(authority.certificate).toString('base64'),
  }
  writeFileSync(file, stringify({ ...config, clusters: [{ ...config.clusters[0], cluster }] }))
  const proxy: FaultProxy = {
    kubeconfig: file,
    asked: [],
    judge: () => undefined,
    async next(is) {
      for (;;) {
        const [asked]: Asked[] = await once(arrived, 'asked')
        if (asked && is(asked)) return asked
      }
    },
    cutWatches() {
      const cut = [...watches]
      for (const response of cut) {
        response.write('{"type":"MODIFIED","object":{"kind":"Ser')
        const socket = sockets.get(response.socket?.remotePort ?? 0)
        setImmediate(() => socket?.resetAndDestroy())
      }
    },
    openWatches: () => watches.size,
    freezeWatches() {
      frozen = new WeakSet(watches)
    },
    leave,
    comeBack: async () => {
      await listen(port)
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await leave()
    },
  }
  return proxy
}

function answer(response: ServerResponse, code: number, retryAfter: number | undefined): void {
  response.writeHead(code, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  })
  response.end(JSON.stringify({ kind: 'Status', code, reason: 'Planted', message: 'planted' }))
}
