/** A client that is a script: says lines and waits for what must come, over a socket of its own. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

export interface Conversation {
  /** Says `line` and gives all that came from then on until a line fits `wanted`. */
  readonly ask: (line: string, wanted: RegExp) => Promise<string>
  /** All that came since the last question until a line fits `wanted`. */
  readonly hear: (wanted: RegExp) => Promise<string>
  /** Goes over to TLS on the same connection. */
  readonly upgrade: (options: ConnectionOptions) => Promise<void>
  /** Waits until the server has closed the connection. */
  readonly ended: () => Promise<void>
  readonly close: () => void
}

export interface Caller {
  readonly port: number
  /** The client's own address, one of 127.0.0.0/8 or ::1, which is then called, too. */
  readonly source: string
  /** TLS from the first octet. */
  readonly tls?: ConnectionOptions
  /** In ms; a server that says nothing for so long fails the test with what it said before. */
  readonly patience?: number
}

export async function converse({
  port,
  source,
  tls,
  patience = 20_000,
}: Caller): Promise<Conversation> {
  const plain = connect({
    port,
    host: source === '::1' ? source : '127.0.0.1',
    localAddress: source,
  })
  const inTime = () => ({ signal: AbortSignal.timeout(patience) })
  await once(plain, 'connect', inTime())
  let socket: Socket = plain
  let heard = ''
  const listen = (from: Socket) => {
    from.setEncoding('latin1')
    from.on('data', (text: string) => {
      heard += text
    })
    from.on('error', () => {})
  }
  const upgrade = async (options: ConnectionOptions) => {
    plain.removeAllListeners('data')
    const secure = connectTls({ ...options, socket: plain })
    secure.on('error', () => {})
    await once(secure, 'secureConnect', inTime())
    listen(secure)
    socket = secure
  }
  if (tls) await upgrade(tls)
  else listen(plain)
  const hear = (wanted: RegExp) =>
    waitFor(
      () => socket,
      wanted,
      () => heard,
      inTime().signal,
    )
  return {
    upgrade,
    hear,
    ask: (line, wanted) => {
      heard = ''
      socket.write(`${line}\r\n`, 'latin1')
      return hear(wanted)
    },
    ended: async () => {
      if (!socket.closed) await once(socket, 'close', inTime())
    },
    close: () => socket.destroy(),
  }
}

async function waitFor(
  socket: () => Socket,
  wanted: RegExp,
  heard: () => string,
  late: AbortSignal,
): Promise<string> {
  const from = socket()
  const fits = () =>
    heard()
      .split('\r\n')
      .slice(0, -1)
      .some(line => wanted.test(line))
  while (!fits()) {
    const failed = () => new Error(`waited for ${wanted}, heard ${JSON.stringify(heard())}`)
    if (from.readableEnded || from.destroyed) throw failed()
    try {
      await Promise.race([
        once(from, 'data', { signal: late }),
        once(from, 'close', { signal: late }),
      ])
    } catch (cause) {
      throw new Error(failed().message, { cause })
    }
  }
  return heard()
}
