import type { Form } from './form.ts'

export type Port = 'plain' | 'tls' | 'passing'

/** What the load program is asked for; see `load/main.c`. */
export interface Load {
  readonly kind: 'sessions' | 'idle' | 'down' | 'up'
  readonly count: number
  readonly atOnce: number
  /** NOOPs in each session, or messages of 1 MiB on each connection. */
  readonly repeat: number
}

export interface Target {
  /** The most that Postern's figure may be, as a multiple of the peer's. */
  readonly ratio: number
  readonly to: string
}

export type Unit = keyof typeof units

/** From what a load cost in all (CPU-seconds or KiB) to what one unit of its work cost. */
const units = {
  'CPU-ms per session': (cost: number, { count }: Load) => (1_000 * cost) / count,
  'CPU-s per GiB': (cost: number, { count, repeat }: Load) => (1_024 * cost) / (count * repeat),
  'CPU-µs per round trip': (cost: number, { count, repeat }: Load) =>
    (1_000_000 * cost) / (count * repeat),
  'KiB per session': (cost: number, { count }: Load) => cost / count,
}

/** One line of the table: what is loaded, at which port, and what the figure is divided by. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly unit: Unit
  readonly port: Port
  readonly measures: 'cpu' | 'memory'
  /** The size of the proxy's buffers decides this row. */
  readonly buffered: boolean
  readonly targets: readonly Target[]
  readonly onlyFull: boolean
  /** What every proxy does before it is measured: code is compiled, pools are filled. */
  warmUp(form: Form): readonly Load[]
  load(form: Form): Load
}

/** The figure of a row, from what its load cost in all. */
export function figure({ unit }: Row, cost: number, load: Load): number {
  return units[unit](cost, load)
}

const many = 32

/** Enough at once that nginx's wait for acknowledgements under TLS does not leave it idle. */
const atOnce = { plain: 64, tls: 512 }
const sessions = (count: number, most: number): Load => ({
  kind: 'sessions',
  count,
  atOnce: most,
  repeat: 1,
})

const few = () => [sessions(200, atOnce.plain)]

const common = {
  measures: 'cpu',
  buffered: false,
  targets: [],
  onlyFull: false,
} as const

function setUp(id: string, title: string, port: Port, targets: readonly Target[]): Row {
  const kind = port === 'tls' ? 'tls' : 'plain'
  const load = (form: Form) =>
    sessions(kind === 'tls' ? form.handshakes : form.sessions, atOnce[kind])
  const warmUp = (form: Form) => [sessions(form.warmUp[kind], atOnce[kind])]
  return { ...common, id, title, unit: 'CPU-ms per session', port, targets, warmUp, load }
}

function bytes(
  kind: 'down' | 'up',
  port: 'plain' | 'tls',
  connections: number,
  targets: readonly Target[] = [],
): Row {
  const protection = port === 'tls' ? 'TLS' : 'plain'
  return {
    ...common,
    id: `${kind}-${port}-${connections}`,
    title: `bytes ${kind}, ${protection}, ${connections} connection${connections > 1 ? 's' : ''}`,
    unit: 'CPU-s per GiB',
    port,
    buffered: true,
    targets,
    onlyFull: connections > 1,
    warmUp: () => [
      ...few(),
      { kind, count: connections, atOnce: connections, repeat: 64 / connections },
    ],
    load: ({ mebibytes }) => ({
      kind,
      count: connections,
      atOnce: connections,
      repeat: mebibytes / connections,
    }),
  }
}

function roundTrips(port: 'plain' | 'tls', connections: number): Row {
  return {
    ...common,
    id: `round-trips-${port}-${connections}`,
    title: `small round trips, ${port === 'tls' ? 'TLS' : 'plain'}, ${connections} connections`,
    unit: 'CPU-µs per round trip',
    port,
    onlyFull: true,
    warmUp: () => [{ kind: 'sessions', count: connections, atOnce: connections, repeat: 100 }],
    load: form => ({
      kind: 'sessions',
      count: connections,
      atOnce: connections,
      repeat: form.roundTrips,
    }),
  }
}

function idle(port: 'plain' | 'tls', targets: readonly Target[]): Row {
  return {
    ...common,
    id: `idle-${port}`,
    title: `idle session, ${port === 'tls' ? 'TLS' : 'plain'}`,
    unit: 'KiB per session',
    port,
    measures: 'memory',
    // Few: what they leave behind would be reused and hide what the idle ones need.
    warmUp: few,
    targets,
    load: form => ({ kind: 'idle', count: form.idle, atOnce: form.idle, repeat: 1 }),
  }
}

export const rows: readonly Row[] = [
  setUp('setup-plain', 'session set-up, plain', 'plain', [{ ratio: 1.4, to: 'nginx' }]),
  setUp('setup-tls', 'session set-up, TLS 1.3 full', 'tls', [{ ratio: 1.4, to: 'nginx' }]),
  setUp('setup-passing', 'session set-up, plain, passing through', 'passing', []),
  bytes('down', 'plain', 1, [{ ratio: 0.9, to: 'nginx' }]),
  bytes('up', 'plain', 1),
  bytes('down', 'tls', 1),
  bytes('up', 'tls', 1),
  bytes('down', 'plain', many),
  bytes('up', 'plain', many),
  bytes('down', 'tls', many),
  bytes('up', 'tls', many),
  roundTrips('plain', 64),
  roundTrips('tls', 64),
  idle('plain', [{ ratio: 1.4, to: 'nginx' }]),
  idle('tls', []),
]
