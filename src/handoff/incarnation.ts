import { lstat } from 'node:fs/promises'
import { socketPath } from './layout.ts'

/**
 * What tells one run of the relay from the next: its socket, which every run makes anew.
 * `undefined` while there is none.
 */
export async function incarnation(dir: string): Promise<string | undefined> {
  try {
    const { ino, ctimeMs } = await lstat(socketPath(dir))
    return `${ino}:${ctimeMs}`
  } catch {
    return undefined
  }
}
