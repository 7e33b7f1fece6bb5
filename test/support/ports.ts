import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Below the range that the kernel gives to outgoing connections, so that no client's socket takes a
 * port between our look and a server's bind; and for each process a range of its own, so that no
 * suite that runs beside this one does.
 */
const first = 12_000
const rangeSize = 200
const ranges = 100

const base = first + (process.pid % ranges) * rangeSize
let given = 0

/** A port on 127.0.0.1 for a program that cannot be told to take any and say which. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < rangeSize; tries++) {
    const port = base + (given++ % rangeSize)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port from ${base} on`)
}

/** One free port for each name. */
export async function freePorts<Name extends string>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const taken: number[] = []
  while (taken.length < names.length) taken.push(await freePort())
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
