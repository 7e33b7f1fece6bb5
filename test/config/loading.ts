import assert from 'node:assert/strict'
import type { RelayConfig, ServerConfig } from '../../src/config/config.ts'
import type { Host } from '../../src/config/host.ts'
import { load } from '../../src/config/load.ts'

/** A machine whose files are these. */
export function machine(
  files: Readonly<Record<string, string>> = {},
  rest: Partial<Host> = {},
): Host {
  const known = new Map(Object.entries(files))
  return {
    read: path => known.get(path) ?? { error: 'No such file or directory' },
    glob: pattern => {
      const [head = '', tail = ''] = pattern.split('*')
      return [...known.keys()].filter(path => path.startsWith(head) && path.endsWith(tail)).sort()
    },
    hostname: 'Box.Example',
    prefix: '/var/postern',
    confDirectory: '/etc/postern',
    ...rest,
  }
}

/** What the text means; fails when it means nothing. */
export function config(text: string, host: Host = machine()): RelayConfig {
  const loaded = load({ text, file: 'relay.conf' }, host)
  if (loaded.kind === 'config') return loaded.config
  assert.fail(loaded.faults.map(({ message }) => message).join('\n'))
}

/** What is wrong with the text, as `line:column message`. */
export function faults(text: string, host: Host = machine()): readonly string[] {
  const loaded = load({ text, file: 'relay.conf' }, host)
  assert.equal(loaded.kind, 'faults')
  if (loaded.kind !== 'faults') return []
  return loaded.faults.map(
    ({ position: { file, line, column }, message }) =>
      `${file === 'relay.conf' ? '' : `${file}:`}${line}:${column} ${message}`,
  )
}

/** What is noticed of the text. */
export function notices(text: string): readonly string[] {
  return config(text).notices.map(({ text }) => text)
}

/** The one server of a mail block of this content. */
export function server(inner: string, outer = ''): ServerConfig {
  const { servers } = config(`mail { ${outer} server { ${inner} } }`)
  assert.equal(servers.length, 1)
  return servers[0] ?? assert.fail()
}
