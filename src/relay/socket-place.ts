import { rm } from 'node:fs/promises'
import { connect, type ListenOptions } from 'node:net'
import type { Listen } from '../config/config.ts'

/** The path of a listener on a Unix socket. */
export function unixPath({ address }: Pick<Listen, 'address'>): string | undefined {
  return address.startsWith('unix:') ? address.slice('unix:'.length) : undefined
}

/** Where Node is to listen. */
export function placeOf(listen: Listen): ListenOptions {
  const { address, port, backlog, ipv6only } = listen
  const path = unixPath(listen)
  return path === undefined
    ? { host: address, port, backlog, ipv6Only: ipv6only }
    : // As in nginx, whoever may enter the folder may connect.
      { path, backlog, readableAll: true, writableAll: true }
}

/** Removes a socket that nobody listens on: a process that was killed leaves its own behind. */
export async function clearStale(path: string): Promise<void> {
  const code = await new Promise<string>(resolve => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve('')
    })
    socket.once('error', error => resolve('code' in error ? String(error.code) : ''))
  })
  if (code === 'ECONNREFUSED') await rm(path, { force: true })
}
