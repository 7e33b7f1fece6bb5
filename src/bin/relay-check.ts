import type { RelayConfig } from '../config/config.ts'
import { load } from '../config/load.ts'
import { summary } from '../config/summary.ts'
import { pretty } from '../directives/error.ts'
import { Backends } from '../relay/backends.ts'
import { runtime } from '../relay/runtime.ts'
import { hostOf, readText } from './relay-host.ts'

/** Where a text's logs and additional directives come from: the relay's own arguments. */
export interface About {
  readonly prefix: string
  readonly errorLog?: string | undefined
  readonly directives?: string | undefined
}

/** The configuration of `file`, or all that is wrong with it, a text a fault. */
export function readConfig(
  file: string,
  about: About,
): RelayConfig | { errors: readonly string[] } {
  const text = readText(file)
  if (typeof text !== 'string') return { errors: [`relay: cannot read ${file}: ${text.reason}`] }
  return parseConfig({ text, file }, about)
}

export function parseConfig(
  source: { readonly text: string; readonly file: string },
  about: About,
): RelayConfig | { errors: readonly string[] } {
  const loaded = load(source, hostOf(source.file, about))
  return loaded.kind === 'config' ? loaded.config : { errors: loaded.faults.map(pretty) }
}

/** `-t`: says what would run, or what stands against it; keys are read and tried too. */
export function testConfig(
  file: string,
  about: About,
): { readonly out?: string; readonly error?: string; readonly status: number } {
  const config = readConfig(file, about)
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
  const backends = new Backends()
  return config.servers.flatMap(server => {
    const made = runtime(server, config, backends)
    if (!('reason' in made)) return []
    return [pretty({ position: server.position, message: `${made.file}: ${made.reason}` })]
  })
}
