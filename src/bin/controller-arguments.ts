import { parseArgs } from 'node:util'
import { isDuration } from '../api/duration.ts'
import { isControllerName } from '../api/names.ts'
import { parseAddress } from '../directives/address.ts'
import { socketPathFault } from '../handoff/layout.ts'
import { defaultControllerName } from '../model/claims.ts'
import { type ClusterOptions, clusterFlags, clusterOptions } from './cluster-arguments.ts'
import { type HttpPlace, httpPlace } from './http-place.ts'

/** The API server has an owner of fields in 128 characters, of which we add some. */
const mostControllerName = 120

/** What holds for every text, wherever the objects come from. */
export interface TextOptions {
  readonly addresses: readonly string[]
  readonly portOffset: number
  readonly controllerName: string
  readonly className?: string
  readonly shutdownTimeout?: string
}

export interface RunOptions extends TextOptions {
  /** Folders of objects, or an API server. */
  readonly from: readonly string[] | ClusterOptions
  /** The hand-off folder. */
  readonly to: string
  readonly http: HttpPlace | undefined
}

export type Arguments =
  | { readonly do: 'help' | 'version' }
  | { readonly do: 'refuse'; readonly reason: string }
  | { readonly do: 'render'; readonly file: string; readonly options: TextOptions }
  | { readonly do: 'run'; readonly options: RunOptions }

export const usage = `usage: controller --from DIR [--from DIR …] --to DIR [options]
       controller --from cluster --to DIR [options]
       controller --render FILE|DIR [options]

      --from DIR             a folder of objects (*.yaml, *.yml, *.json), watched; may be repeated
      --from cluster         the API server of $KUBECONFIG, ~/.kube/config or the pod's service account
      --to DIR               the hand-off folder of the relay, made if it is not there
      --render FILE|DIR      print the directives of the objects there and what is wrong with them, and end
      --http ADDRESS:PORT    metrics, probes and status (default: [::]:9126; off: none)
      --address ADDRESS      where listeners bind; may be repeated (default: every address of both families)
      --port-offset N        added to ports below 1024 (default: 0)
      --controller-name NAME whose classes are served (default: ${defaultControllerName})
      --class-name NAME      the one class that is served
      --shutdown-timeout T   how long a relay that leaves waits for its sessions (default: 60s)
  -v, --version
  -h, --help

with --from cluster:
      --kubeconfig FILE      which API server, and who we are there
      --watch-namespaces A,B only these are read, and no classes; needs --class-name (default: all)
      --publish-service NAMESPACE/NAME
                             the Service that leads to the relays: its ports follow the listeners, its
                             addresses stand in status, and its pods are asked what they run
      --no-service-ports     leave the ports of that Service alone
      --status-address A     an address for status in place of the Service's; may be repeated
      --lease-name NAME      the Lease by which one of several controllers leads (default: postern)
      --lease-namespace NS   where it is (default: the Service's or the pod's namespace)
      --identity NAME        who holds it (default: the host's name)

signals: TERM and INT end it; the relay goes on
`

const options = {
  from: { type: 'string', multiple: true },
  to: { type: 'string' },
  render: { type: 'string' },
  http: { type: 'string' },
  address: { type: 'string', multiple: true },
  'port-offset': { type: 'string' },
  'controller-name': { type: 'string' },
  'class-name': { type: 'string' },
  'shutdown-timeout': { type: 'string' },
  ...clusterFlags,
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const

type Values = ReturnType<typeof parse>

export function controllerArguments(argv: readonly string[]): Arguments {
  try {
    const values = parse(argv)
    if (values.help) return { do: 'help' }
    if (values.version) return { do: 'version' }
    const text = textOptions(values)
    if (typeof text === 'string') return refuse(text)
    return values.render === undefined ? run(values, text) : render(values, values.render, text)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function run(values: Values, text: TextOptions): Arguments {
  const { to, http = '[::]:9126' } = values
  const from = origin(values, text)
  if (typeof from === 'string') return refuse(from)
  if (to === undefined) return refuse('--to DIR is needed')
  if (to === '') return refuse('--from and --to must not be empty')
  const fault = socketPathFault(to)
  if (fault) return refuse(`--to ${to}: ${fault}`)
  const place = http === 'off' ? undefined : httpPlace(http)
  if (http !== 'off' && !place) return refuse(`--http must be ADDRESS:PORT or off, not "${http}"`)
  return { do: 'run', options: { ...text, from, to, http: place } }
}

function origin(values: Values, text: TextOptions): RunOptions['from'] | string {
  const { from = [] } = values
  if (from.length === 0) return '--from DIR is needed'
  if (from.includes('')) return '--from and --to must not be empty'
  if (from.includes('cluster'))
    return from.length === 1
      ? clusterOptions(values, text.className)
      : '--from cluster stands alone (a folder of that name is ./cluster)'
  const odd = strayClusterFlag(values)
  return odd === undefined ? from : `--${odd} has a meaning with --from cluster only`
}

function render(values: Values, file: string, text: TextOptions): Arguments {
  const odd = (['from', 'to', 'http'] as const).find(name => values[name] !== undefined)
  if (odd) return refuse(`--render stands without --${odd}: it names the file or folder itself`)
  const stray = strayClusterFlag(values)
  if (stray) return refuse(`--${stray} has a meaning with --from cluster only`)
  return { do: 'render', file, options: text }
}

function textOptions(values: Values): TextOptions | string {
  const { address = ['0.0.0.0', '::'], 'port-offset': offset = '0' } = values
  const wrong = address.find(one => parseAddress(one) === undefined)
  if (wrong !== undefined)
    return `--address must be an IPv4 or IPv6 address without brackets, not "${wrong}"`
  const portOffset = /^\d{1,5}$/.test(offset) ? Number(offset) : -1
  if (portOffset < 0 || portOffset > 64_512)
    return `--port-offset must be a number from 0 to 64512, not "${offset}"`
  const shutdownTimeout = values['shutdown-timeout']
  if (
    shutdownTimeout !== undefined &&
    (shutdownTimeout === '' || !isDuration.holds(shutdownTimeout))
  )
    return `--shutdown-timeout ${isDuration.message}; it is "${shutdownTimeout}"`
  const controllerName = values['controller-name'] ?? defaultControllerName
  if (!isControllerName.holds(controllerName) || controllerName.length > mostControllerName)
    return `--controller-name ${isControllerName.message}, not "${controllerName}"`
  const className = values['class-name']
  return {
    addresses: [...new Set(address.flatMap(one => parseAddress(one) ?? []))],
    portOffset,
    controllerName,
    ...(className === undefined ? {} : { className }),
    ...(shutdownTimeout === undefined ? {} : { shutdownTimeout }),
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values
}

const strayClusterFlag = (values: Values): string | undefined =>
  Object.keys(clusterFlags).find(name => Object.hasOwn(values, name))

const refuse = (reason: string): Arguments => ({ do: 'refuse', reason })
