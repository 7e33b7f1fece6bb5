/**
 * The relay's end of the socket. One request a connection, answered in the order in which they came;
 * a peer that sends nothing, too much, or never reads holds nothing up and is cut off.
 */
import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Answer } from './answer.ts'
import { errorCode } from './error-code.ts'
import { socketPath, socketPathFault } from './layout.ts'
import { readLine } from './line.ts'
import { parseRequest } from './parse-answer.ts'

/** Octets of a request, which is some 80 long. */
const requestCap = 1_024
/** How long a peer may take to send its request, and then to read its answer. */
const peerDeadline = 5_000
/** Connections at a time; one controller needs one, and a second one while the first is replaced. */
const connectionCap = 16

export interface Serving {
  /** Stops accepting, lets the request in hand be answered, removes the socket. */
  close(): Promise<void>
}

/**
 * Serves requests to apply. `apply` runs for one request at a time; what it throws is answered as
 * `refused`. Rejects where the folder cannot hold a socket or another relay serves it.
 */
export async function listen(
  dir: string,
  apply: (generation: string) => Promise<Answer>,
  { deadline = peerDeadline }: { readonly deadline?: number } = {},
): Promise<Serving> {
  const fault = socketPathFault(dir)
  if (fault) throw new Error(fault)
  const path = socketPath(dir)
  const peers = new Set<Socket>()
  let turn: Promise<void> = Promise.resolve()
  let closing = false

  /** Cuts `peer` off if it is still there `deadline` from now, however it spends the time. */
  function hurry(peer: Socket): () => void {
    const late = setTimeout(() => peer.destroy(), deadline)
    peer.on('close', () => clearTimeout(late))
    return () => clearTimeout(late)
  }

  const server = createServer(peer => {
    peers.add(peer)
    peer.on('close', () => peers.delete(peer))
    peer.on('error', () => peer.destroy())
    const calm = hurry(peer)
    void readLine(peer, requestCap).then(line => {
      calm()
      const generation = line.kind === 'line' ? parseRequest(line.text) : undefined
      if (generation === undefined) peer.destroy()
      else turn = turn.then(() => answer(peer, generation))
    })
  })
  server.maxConnections = connectionCap

  async function answer(peer: Socket, generation: string): Promise<void> {
    // Who asked has given up, and will ask again.
    if (closing || peer.destroyed) return
    const answered = await apply(generation).catch((error: unknown) => refused(generation, error))
    hurry(peer)
    peer.end(`${JSON.stringify(answered)}\n`)
  }

  await open(server, path)
  await chmod(path, 0o600)
  return {
    async close() {
      closing = true
      const closed = once(server, 'close')
      server.close()
      await turn
      for (const peer of peers) peer.destroySoon()
      await closed
    },
  }
}

const refused = (generation: string, error: unknown): Answer => ({
  kind: 'refused',
  generation,
  errors: [error instanceof Error ? error.message : String(error)],
})

async function open(server: Server, path: string): Promise<void> {
  try {
    await bind(server, path)
  } catch (error) {
    if (errorCode(error) !== 'EADDRINUSE') throw error
    if (await lives(path))
      throw new Error(`another relay serves ${path}: end it first, or use another folder`, {
        cause: error,
      })
    await rm(path, { force: true })
    await bind(server, path)
  }
}

async function bind(server: Server, path: string): Promise<void> {
  server.listen(path)
  await once(server, 'listening')
}

/** A socket file outlives the relay that was killed; only a connection tells the two apart. */
async function lives(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    // A live relay whose backlog is full says EAGAIN.
    return !['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes(errorCode(error))
  } finally {
    socket.destroy()
  }
}
