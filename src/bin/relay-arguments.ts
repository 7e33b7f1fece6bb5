import { parseArgs } from 'node:util'
import { type HttpPlace, httpPlace } from './http-place.ts'

/** What the relay was asked to do. */
export type Arguments =
  | { readonly do: 'help' | 'version' }
  | { readonly do: 'refuse'; readonly reason: string }
  | {
      readonly do: 'run'
      readonly from:
        | { readonly kind: 'file'; readonly file: string }
        | { readonly kind: 'handoff'; readonly dir: string }
      readonly prefix: string
      readonly errorLog: string | undefined
      readonly directives: string | undefined
      readonly test: boolean
      readonly http: HttpPlace | undefined
    }

/** Where `/metrics` and the probes are with `--from`, as in a pod, unless `--http` says otherwise. */
const defaultHttp = { address: '::', port: 9125 }

export const usage = `usage: relay -c FILE [-p PREFIX] [-e ERROR_LOG] [-g 'DIRECTIVES'] [-t] [--http ADDRESS:PORT|off]
       relay --from DIR [--http ADDRESS:PORT|off]

  -c, --config FILE          the configuration: nginx's mail {} language
  -p, --prefix PREFIX        what logs and the pid file are named against (default: the working directory)
  -e, --error-log FILE       where errors go before error_log says so (a file or stderr)
  -g, --directives TEXT      directives of the main context
  -t, --test                 check the configuration, say what would listen, and end
      --from DIR             the hand-off folder of a controller, in place of a file
      --http ADDRESS:PORT    metrics and probes (default with --from: [::]:9125; with -c: off)
  -v, --version
  -h, --help

signals: HUP reloads, QUIT and TERM leave gracefully, a second one or INT ends at once, USR1 reopens logs
`

const options = {
  config: { type: 'string', short: 'c' },
  prefix: { type: 'string', short: 'p' },
  'error-log': { type: 'string', short: 'e' },
  directives: { type: 'string', short: 'g' },
  test: { type: 'boolean', short: 't' },
  from: { type: 'string' },
  http: { type: 'string' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const

export function relayArguments(argv: readonly string[], directory: string): Arguments {
  let values: ReturnType<typeof parse>
  try {
    values = parse(argv)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  if (values.help) return { do: 'help' }
  if (values.version) return { do: 'version' }
  const { config, from } = values
  if (config !== undefined && from !== undefined) return refuse('-c and --from exclude each other')
  const http = httpOf(values.http, from === undefined ? undefined : defaultHttp)
  if (http === 'bad') return refuse(`--http must be ADDRESS:PORT or off, not "${values.http}"`)
  const common = {
    do: 'run',
    prefix: values.prefix ?? directory,
    errorLog: values['error-log'],
    directives: values.directives,
    http,
  } as const
  if (from !== undefined) {
    const odd = (['prefix', 'error-log', 'directives', 'test'] as const).find(
      name => values[name] !== undefined,
    )
    if (odd) return refuse(`--${odd} goes with -c, not with --from`)
    return { ...common, from: { kind: 'handoff', dir: from }, test: false }
  }
  if (config === undefined) return refuse('-c FILE or --from DIR is needed')
  return { ...common, from: { kind: 'file', file: config }, test: values.test ?? false }
}

function parse(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values
}

function refuse(reason: string): Arguments {
  return { do: 'refuse', reason }
}

/** `undefined`: none; `bad`: no place at all. */
function httpOf(
  word: string | undefined,
  otherwise: HttpPlace | undefined,
): HttpPlace | undefined | 'bad' {
  if (word === undefined) return otherwise
  return word === 'off' ? undefined : (httpPlace(word) ?? 'bad')
}
