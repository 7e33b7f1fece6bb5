import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { KeyPair } from './certificates.ts'

/**
 * A backend that is a script: `B:` lines are said, `P:` lines are what the proxy must say (a regular
 * expression between slashes, or the line itself), `TLS` is the handshake, `END` closes. Behind the
 * script everything is echoed, unless it ended. Lines that did not come as written are kept.
 */
export interface ScriptedBackend {
  readonly port: number
  /** What the proxy said, line by line, in all connections. */
  readonly heard: readonly string[]
  /** What was said otherwise than written. */
  readonly surprises: readonly string[]
  /** Connections so far. */
  readonly connections: () => number
  /** Those that are open. */
  readonly sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

export async function startBackend(
  script: string | ((connection: number) => string),
  keys?: KeyPair,
): Promise<ScriptedBackend> {
  const heard: string[] = []
  const surprises: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer({ noDelay: true, allowHalfOpen: true }, socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    const text = typeof script === 'string' ? script : script(connections)
    connections++
    play(socket, steps(text), { heard, surprises, keys }).catch((error: unknown) => {
      surprises.push(String(error))
      socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard,
    surprises,
    sockets,
    connections: () => connections,
    close: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

function steps(script: string): readonly string[] {
  return script
    .split('\n')
    .map(line => line.trimStart())
    .filter(line => line !== '')
}

interface Stage {
  readonly heard: string[]
  readonly surprises: string[]
  readonly keys: KeyPair | undefined
}

async function play(socket: Socket, script: readonly string[], stage: Stage): Promise<void> {
  let peer = new Peer(socket)
  for (const [at, step] of script.entries()) {
    if (step === 'END') return peer.end()
    if (step === 'TLS') peer = await peer.secure(stage.keys)
    // Lines that stand together go out together.
    else if (step.startsWith('B: '))
      peer.say(`${step.slice(3)}\r\n`, script[at + 1]?.startsWith('B: ') ?? false)
    else if (!hear(await peer.line(), step.replace(/^P: /, ''), stage)) return peer.end()
  }
  peer.echo()
}

/** Whether the proxy is still there. */
function hear(line: string | undefined, wanted: string, stage: Stage): boolean {
  if (line === undefined) return false
  stage.heard.push(line)
  if (!fits(line, wanted)) stage.surprises.push(`${line} instead of ${wanted}`)
  return true
}

function fits(line: string, wanted: string): boolean {
  const pattern = /^\/(.*)\/$/.exec(wanted)?.[1]
  return pattern === undefined ? line === wanted : new RegExp(pattern).test(line)
}

class Peer {
  readonly #socket: Socket
  #held = ''
  #said = ''
  #wake: (() => void) | undefined
  #over = false
  readonly #take = (chunk: Buffer) => {
    this.#held += chunk.toString('latin1')
    this.#wake?.()
  }

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', this.#take)
    socket.on('error', () => {})
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#over = true
        this.#wake?.()
      })
  }

  say(text: string, more: boolean): void {
    this.#said += text
    if (more) return
    this.#socket.write(this.#said, 'latin1')
    this.#said = ''
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#held.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#held.slice(0, end)
        this.#held = this.#held.slice(end + 2)
        return line
      }
      if (this.#over) return undefined
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  async secure(keys: KeyPair | undefined): Promise<Peer> {
    if (!keys) throw new Error('the script has TLS and no keys were given')
    this.#socket.off('data', this.#take)
    const secureContext = createSecureContext({ cert: keys.certificate, key: keys.key })
    const tls = new TLSSocket(this.#socket, { isServer: true, secureContext })
    const peer = new Peer(tls)
    await once(tls, 'secure')
    return peer
  }

  end(): void {
    this.#socket.end()
    this.#socket.resume()
  }

  echo(): void {
    this.#socket.off('data', this.#take)
    if (this.#held !== '') this.#socket.write(this.#held, 'latin1')
    this.#socket.on('data', chunk => this.#socket.write(chunk))
    this.#socket.on('end', () => this.#socket.end())
    if (this.#over) this.#socket.end()
  }
}
