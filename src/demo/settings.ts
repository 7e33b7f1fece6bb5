import { parseArgs } from 'node:util'
import type { Ports } from './instance.ts'

export interface Settings {
  /** The folder that the controller reads and the user edits. */
  readonly manifests: string
  readonly portOffset: number
  /** What is added to 143, 110, 587 and 25 for each of the mail servers. */
  readonly backends: readonly number[]
  readonly relayHttp: number
  readonly controllerHttp: number
}

export type Asked =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'invalid'; readonly reason: string }

export const usage = `usage: npm start -- [--manifests DIR] [--port-offset N] [--backends N,N] [--relay-http PORT] [--controller-http PORT]

  --manifests DIR         the folder of objects to run (default: manifests/demo)
  --port-offset N         added to 25, 110, 143, 465, 587, 993 and 995 (default: 10000)
  --backends N,N          added to 25, 110, 143 and 587 for the two mail servers, whose ports the
                          EndpointSlices must say, too (default: 21000,22000)
  --relay-http PORT       metrics and probes of the relay (default: 9125)
  --controller-http PORT  metrics, probes and status of the controller (default: 9126)
`

const options = {
  manifests: { type: 'string' },
  'port-offset': { type: 'string', default: '10000' },
  backends: { type: 'string', default: '21000,22000' },
  'relay-http': { type: 'string', default: '9125' },
  'controller-http': { type: 'string', default: '9126' },
  help: { type: 'boolean', short: 'h' },
} as const

/** As the controller takes it. */
const maxOffset = 64_512

export function settings(argv: readonly string[], defaultManifests: string): Asked {
  try {
    const { values } = parseArgs({ args: [...argv], options, allowPositionals: false })
    if (values.help) return { kind: 'help' }
    const settings = {
      manifests: values.manifests ?? defaultManifests,
      portOffset: Number(values['port-offset']),
      backends: values.backends.split(',').map(Number),
      relayHttp: Number(values['relay-http']),
      controllerHttp: Number(values['controller-http']),
    }
    const offsets = [settings.portOffset, ...settings.backends]
    if (!offsets.every(offset => between(offset, 0, maxOffset)) || settings.backends.length !== 2) {
      return invalid(`--port-offset and the two of --backends must be 0 to ${maxOffset}`)
    }
    if (![settings.relayHttp, settings.controllerHttp].every(port => between(port, 1, 65_535))) {
      return invalid('--relay-http and --controller-http must be ports')
    }
    return { kind: 'run', settings }
  } catch (error) {
    return invalid(error instanceof Error ? error.message : String(error))
  }
}

export function backendPorts(base: number): Ports {
  return { imap: base + 143, pop3: base + 110, submission: base + 587, mx: base + 25 }
}

function between(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most
}

function invalid(reason: string): Asked {
  return { kind: 'invalid', reason }
}
