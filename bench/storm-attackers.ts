/** Clients that nobody wants. Each keeps its connection until the relay has had enough of it. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

export interface Ports {
  readonly plain: number
  readonly tls: number
}

type Attacker = (ports: Ports, from: string) => void

/** The start of a ClientHello of 512 octets. */
const halfHello = Buffer.alloc(60, 'x')
halfHello.set([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])

function open(port: number, from: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  return socket.on('error', () => {}).resume()
}

/** Says `texts` one after the other, `gap` ms apart. */
function slowly(socket: Socket, texts: readonly string[], gap: number): void {
  let at = 0
  const timer = setInterval(() => {
    const text = texts[at++]
    if (text === undefined || socket.destroyed) clearInterval(timer)
    else socket.write(text, 'latin1')
  }, gap)
  socket.on('close', () => clearInterval(timer))
}

export const attackers: readonly Attacker[] = [
  // Garbage, where words are expected and where TLS is.
  ({ plain }, from) => open(plain, from).write(randomBytes(2_000)),
  ({ tls }, from) => open(tls, from).write(randomBytes(2_000)),
  // A line without an end.
  ({ plain }, from) => open(plain, from).write('x'.repeat(100_000)),
  // Commands, as fast as they go.
  ({ plain }, from) => open(plain, from).write('CAPA\r\n'.repeat(500)),
  // Slow: an octet a second.
  ({ plain }, from) => slowly(open(plain, from), [...'USER alice\r\nPASS secret\r\n'], 1_000),
  // Half-open: nothing, half a handshake, a STARTTLS that nothing follows.
  ({ plain }, from) => void open(plain, from),
  ({ tls }, from) => open(tls, from).write(halfHello),
  ({ plain }, from) => open(plain, from).write('STLS\r\n'),
  // Gone at once.
  ({ tls }, from) => open(tls, from).end(),
  ({ plain }, from) => {
    const socket = open(plain, from)
    socket.once('connect', () => socket.resetAndDestroy())
  },
  // Guessed passwords.
  ({ plain }, from) =>
    slowly(open(plain, from), ['USER alice\r\n', 'PASS wrong\r\n', 'QUIT\r\n'], 50),
]
