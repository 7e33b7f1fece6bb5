import { lookup } from 'node:dns/promises'
import { globSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Host } from '../config/host.ts'

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'No such file or directory'],
  ['EACCES', 'Permission denied'],
  ['EISDIR', 'Is a directory'],
])

/** What a configuration in `file` leans on, on this machine. */
export function hostOf(
  file: string,
  about: {
    readonly prefix: string
    readonly errorLog?: string | undefined
    readonly directives?: string | undefined
  },
): Host {
  const prefix = resolve(about.prefix)
  return {
    read: path => {
      const text = readText(path)
      return typeof text === 'string' ? text : { error: text.reason }
    },
    glob: pattern => globSync(pattern).sort(),
    hostname: hostname(),
    prefix,
    confDirectory: dirname(resolve(file)),
    ...(about.errorLog === undefined
      ? {}
      : { errorLog: about.errorLog === 'stderr' ? 'stderr' : resolve(prefix, about.errorLog) }),
    ...(about.directives === undefined ? {} : { directives: about.directives }),
  }
}

/** A file's text, or why it cannot be read. */
export function readText(path: string): string | { readonly reason: string } {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { reason: reasons.get(code) ?? code }
  }
}

/** The addresses of a host name, as the machine's own resolver says; none where it finds none. */
export async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    const found = await lookup(host, { all: true, order: 'ipv4first' })
    return found.map(({ address }) => address)
  } catch {
    return []
  }
}
