import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

/** A program, or a file by its full path or a pattern of it, and the Debian package that brings it. */
export interface Part {
  readonly file: string
  readonly package: string
}

/** What the bench itself needs. */
export const ownParts: readonly Part[] = [
  { file: 'taskset', package: 'util-linux' },
  { file: 'prlimit', package: 'util-linux' },
  { file: 'openssl', package: 'openssl' },
  { file: 'cc', package: 'gcc' },
  { file: '/usr/include/openssl/ssl.h', package: 'libssl-dev' },
]

/** What to install for the parts that are not there; `undefined` where none is missing. */
export function remedy(parts: readonly Part[], has: (file: string) => boolean): string | undefined {
  const missing = parts.filter(({ file }) => !has(file)).map(part => part.package)
  return missing.length > 0 ? `apt-get install ${[...new Set(missing)].join(' ')}` : undefined
}

export function isThere(file: string): boolean {
  if (file.startsWith('/')) return globSync(file).length > 0
  return spawnSync('sh', ['-c', `command -v ${file}`]).status === 0
}
