import type { Directive } from '../directives/syntax.ts'
import { settingRows } from '../directives/table.ts'
import type { ProtocolName } from '../words/protocol-name.ts'
import type { Notice } from './config.ts'
import { type Draft, saying, type Whole } from './draft.ts'

/** A directive that is about something which no server that it holds for has. */
interface Idle {
  readonly name: string
  /** Finishes "it has no effect …". */
  readonly why: string
  /** Whether a server has it. */
  concerns(server: Draft): boolean
}

const names = Object.keys(settingRows)

const spoken: readonly (readonly [prefix: RegExp, protocol: ProtocolName])[] = [
  [/^imap_/, 'imap'],
  [/^pop3_/, 'pop3'],
  [/^(smtp_|resolver|xclient$|proxy_smtp_auth$)/, 'smtp'],
]

const ofProtocols: readonly Idle[] = names.flatMap(name =>
  spoken
    .filter(([prefix]) => prefix.test(name))
    .map(([, own]) => ({
      name,
      why: `without a server of ${own.toUpperCase()}`,
      concerns: ({ protocol }: Draft) => protocol === own,
    })),
)

const ofTls: readonly Idle[] = names
  .filter(name => name.startsWith('ssl_'))
  .map(name => ({
    name,
    why: 'without "listen … ssl" or "starttls"',
    concerns: ({ listens, settings }: Draft) =>
      settings.starttls !== 'off' || listens.some(({ ssl }) => ssl),
  }))

const ofAuthServers: readonly Idle[] = names
  .filter(name => name.startsWith('auth_http_'))
  .map(name => ({
    name,
    why: 'without "auth_http"',
    concerns: ({ settings }: Draft) => settings.auth_http !== undefined,
  }))

const all: readonly Idle[] = [
  ...ofProtocols,
  ...ofTls,
  ...ofAuthServers,
  {
    name: 'starttls',
    why: 'where every "listen" has "ssl"',
    concerns: ({ listens, settings }) =>
      settings.starttls === 'off' || listens.some(({ ssl }) => !ssl),
  },
]

const byName = new Map(all.map(one => [one.name, one]))

/**
 * What is said of servers none of which has anything for it to act on; where more is known of why,
 * that is told. All servers at once: a large cluster has thousands.
 */
export function idle({ servers }: Whole): readonly Notice[] {
  const found = new Map<Directive, Idle>()
  const acting = new Set<Directive>()
  for (const server of servers) {
    for (const name of new Set(server.levels.flatMap(level => [...level.found.keys()]))) {
      const known = byName.get(name)
      const said = saying(name, server)
      if (!known || !said) continue
      found.set(said, known)
      if (known.concerns(server)) acting.add(said)
    }
  }
  return [...found]
    .filter(([said]) => !acting.has(said))
    .map(([{ position }, { name, why }]) => ({
      position,
      text: `"${name}" has no effect ${why}`,
    }))
}
