import type { RelayConfig } from '../config/config.ts'
import { load } from '../config/load.ts'
import { summary } from '../config/summary.ts'
import { pretty } from '../directives/error.ts'
import { relayMetrics } from '../observe/metric-table.ts'
import { createMetrics } from '../observe/metrics.ts'
import { Backends } from '../relay/backends.ts'
import { runtime } from '../relay/runtime.ts'
import { Wheel } from '../wire/wheel.ts'
import { addressesOf, hostOf, readText } from './relay-host.ts'

/** Where a text's logs and additional directives come from: the relay's own arguments. */
export interface About {
  readonly prefix: string
  readonly errorLog?: string | undefined
  readonly directives?: string | undefined
}

/** The configuration of `file`, or all that is wrong with it, a text a fault. */
export async function readConfig(
  file: string,
  about: About,
): Promise<RelayConfig | { errors: readonly string[] }> {
  const text = readText(file)
  if (typeof text !== 'string') return { errors: [`relay: cannot read ${file}: ${text.reason}`] }
  return parseConfig({ text, file }, about)
}

/** What `source` means; host names that it listens on are looked up, and then it is read anew. */
export async function parseConfig(
  source: { readonly text: string; readonly file: string },
  about: About,
): Promise<RelayConfig | { errors: readonly string[] }> {
  const known = new Map<string, readonly string[]>()
  for (;;) {
    const asked = new Set<string>()
    const addresses = (host: string) => {
      const found = known.get(host)
      if (!found) asked.add(host)
      return found ?? []
    }
    const loaded = load(source, { ...hostOf(source.file, about), addresses })
    if (asked.size === 0)
      return loaded.kind === 'config' ? loaded.config : { errors: loaded.faults.map(pretty) }
    const found = [...asked].map(async host => [host, await addressesOf(host)] as const)
    for (const [host, all] of await Promise.all(found)) known.set(host, all)
  }
}

/** `-t`: says what would run, or what stands against it; keys are read and tried too. */
export async function testConfig(
  file: string,
  about: About,
): Promise<{ readonly out?: string; readonly error?: string; readonly status: number }> {
  const config = await readConfig(file, about)
  const errors = 'errors' in config ? config.errors : keyErrors(config)
  if ('errors' in config || errors.length > 0)
    return {
      error: `${errors.join('\n')}\nrelay: configuration file ${file} test failed\n`,
      status: 1,
    }
  const lines = summary(config).join('\n')
  return { out: `${lines}\nrelay: configuration file ${file} test is successful\n`, status: 0 }
}

/** The keys and certificates that cannot be used, with the line of their server block. */
export function keyErrors(config: RelayConfig): readonly string[] {
  const metrics = createMetrics(relayMetrics)
  const unused = { backends: new Backends(), metrics, wheel: new Wheel() }
  return config.servers.flatMap(server => {
    const made = runtime(server, config, unused)
    if (!('reason' in made)) return []
    return [pretty({ position: server.position, message: `${made.file}: ${made.reason}` })]
  })
}
