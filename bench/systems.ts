import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nginxText, posternText, type Setting } from './configuration.ts'
import type { Port } from './rows.ts'

/** A proxy to be measured: how it is told its work, and what starts it. */
export interface System {
  readonly name: string
  /** The listeners that it can be given. */
  readonly ports: readonly Port[]
  /** It differs from another system by its buffers alone, so only rows that those decide name it. */
  readonly onlyBuffered: boolean
  /** Writes the configuration; the answer is the command that runs the proxy in the foreground. */
  prepare(setting: Setting, files: number): readonly string[]
}

const relay = join(import.meta.dirname, '../src/bin/relay.ts')

const nginx = (name: string, directives: string, onlyBuffered: boolean): System => ({
  name,
  ports: ['plain', 'tls'],
  onlyBuffered,
  prepare: (setting, files) => {
    const file = write(setting.dir, 'nginx.conf', nginxText(setting, files, directives))
    return ['nginx', '-p', setting.dir, '-c', file, '-e', join(setting.dir, 'error.log')]
  },
})

/** Postern, with arguments for Node itself where a profile is wanted. */
export function postern(nodeArguments: readonly string[] = []): System {
  return {
    name: 'postern',
    ports: ['plain', 'tls', 'passing'],
    onlyBuffered: false,
    prepare: setting => {
      const file = write(setting.dir, 'relay.conf', posternText(setting))
      return [process.execPath, ...nodeArguments, relay, '-p', setting.dir, '-c', file]
    },
  }
}

export const systems: readonly System[] = [
  nginx('nginx', '', false),
  nginx('nginx-64k', 'proxy_buffer 64k; imap_client_buffer 64k;', true),
  postern(),
]

function write(dir: string, name: string, text: string): string {
  const file = join(dir, name)
  writeFileSync(file, text)
  return file
}
