import type { Socket } from 'node:net'

/** How long a connection waits for the next question, ms; less than servers usually wait. */
const idleTime = 4_000

/** Connections to one auth server that wait for the next question. */
export class AuthPool {
  readonly #most: number
  readonly #idle = new Set<Socket>()
  readonly #closers = new WeakMap<Socket, () => void>()

  constructor(most: number) {
    this.#most = most
  }

  get size(): number {
    return this.#idle.size
  }

  /** The one that was used last; it is the caller's. */
  take(): Socket | undefined {
    const socket = [...this.#idle].at(-1)
    if (!socket) return undefined
    this.#release(socket)
    return socket
  }

  /** Keeps a connection over which everything was said; whatever comes over it now ends it. */
  put(socket: Socket): void {
    if (this.#idle.size >= this.#most || socket.destroyed) {
      socket.destroy()
      return
    }
    const close = () => {
      this.#release(socket)
      socket.on('error', () => {})
      socket.destroy()
    }
    this.#idle.add(socket)
    this.#closers.set(socket, close)
    for (const event of events) socket.on(event, close)
    socket.setTimeout(idleTime).unref()
  }

  #release(socket: Socket): void {
    const close = this.#closers.get(socket)
    this.#idle.delete(socket)
    if (close) for (const event of events) socket.off(event, close)
    socket.setTimeout(0).ref()
  }
}

const events = ['data', 'end', 'error', 'close', 'timeout'] as const
