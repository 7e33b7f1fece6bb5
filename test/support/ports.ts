import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Below the range that the kernel gives to outgoing connections, so that no other test's client
 * socket takes the port between our look and the server's bind.
 */
const first = 20_000
const last = 32_000

/** A port on 127.0.0.1 for a program that cannot be told to take any and say which. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first))
    if (await isFree(port)) return port
  }
}

/** One free port for each name. */
export async function freePorts<Name extends string>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const ports = new Set<number>()
  while (ports.size < names.length) ports.add(await freePort())
  const taken = [...ports]
  const entries = names.map((name, index) => [name, taken[index]])
  return Object.fromEntries(entries)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const free = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => resolve(true))
  })
  if (free) {
    server.close()
    await once(server, 'close')
  }
  return free
}

/** Whether something accepts connections there. */
export async function isOpen(port: number, host = '127.0.0.1'): Promise<boolean> {
  const socket = connect(port, host)
  return await new Promise<boolean>(resolve => {
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
