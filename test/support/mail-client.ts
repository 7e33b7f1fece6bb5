import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'

/** A client that says and hears lines, for tests of the relay. */
export class MailClient {
  #socket: Socket
  #held = ''
  #over = false
  #wake: (() => void) | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    this.#listen(socket)
  }

  static async open(port: number, from?: string): Promise<MailClient> {
    const socket = connect({ port, host: '127.0.0.1', ...(from ? { localAddress: from } : {}) })
    const client = new MailClient(socket)
    await once(socket, 'connect')
    return client
  }

  static async openTls(port: number, options: ConnectionOptions = {}): Promise<MailClient> {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
    await once(socket, 'secureConnect')
    return new MailClient(socket)
  }

  get socket(): Socket {
    return this.#socket
  }

  say(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  /** Says `line` and hears one line. */
  ask(line: string): Promise<string> {
    this.say(`${line}\r\n`)
    return this.line()
  }

  /** The next line; `END` when the other side has ended. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\r\n')
      if (end >= 0) {
        const line = this.#held.slice(0, end)
        this.#held = this.#held.slice(end + 2)
        return line
      }
      if (this.#over) return this.#held === '' ? 'END' : `END after ${this.#held}`
      await this.#more()
    }
  }

  async lines(count: number): Promise<readonly string[]> {
    const lines: string[] = []
    while (lines.length < count) lines.push(await this.line())
    return lines
  }

  /** All that comes until the other side ends. */
  async rest(): Promise<string> {
    while (!this.#over) await this.#more()
    return this.#held
  }

  async startTls(options: ConnectionOptions = {}): Promise<TLSSocket> {
    this.#socket.removeAllListeners('data')
    const socket = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options })
    await once(socket, 'secureConnect')
    this.#socket = socket
    this.#listen(socket)
    return socket
  }

  end(): void {
    this.#socket.end()
  }

  close(): void {
    this.#socket.destroy()
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#held += chunk.toString('latin1')
      this.#wake?.()
    })
    socket.on('error', () => {})
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.#over = true
        this.#wake?.()
      })
  }

  #more(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }
}
