import type { Form } from './form.ts'
import type { Load } from './load.ts'
import { kindOf, type Port } from './ports.ts'
import type { Unit } from './units.ts'

/** The most that Postern's figure may be: a multiple of a peer's, or a figure of its own. */
export type Target = { readonly ratio: number; readonly to: string } | { readonly most: number }

/** One line of the table. */
export interface Line {
  /** Its name among its row's lines. */
  readonly id: string
  /** What it adds to the row's title. */
  readonly title: string
  readonly unit: Unit
  readonly targets: readonly Target[]
  /** It tells how the others came about, and nothing of the proxy: no ratio. */
  readonly aside?: true
}

/** One measurement, and the lines that it makes in the table. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly port: Port
  readonly measures: 'cpu' | 'trips' | 'memory' | 'latency' | 'reload' | 'start-up' | 'growth'
  readonly lines: readonly Line[]
  /** The row whose figure on nginx the ratios are to, where nginx has not got this one. */
  readonly against?: string
  /** The size of the proxy's buffers decides this row. */
  readonly buffered: boolean
  /** Measured on the peers too that are no mail proxy like nginx. */
  readonly others: boolean
  readonly quick: boolean
  /** Too long for more than one round. */
  readonly once: boolean
  /** What a proxy does before it is measured: code is compiled, pools are filled. */
  warmUp(form: Form, compiling: boolean): readonly Load[]
  load(form: Form): Load
}

const common = { buffered: false, others: true, quick: false, once: false } as const
const one = (unit: Unit, targets: readonly Target[]): readonly Line[] => [
  { id: '', title: '', unit, targets },
]
const ofNginx = (ratio: number): Target => ({ ratio, to: 'nginx' })
const words = { imap: 'IMAP', pop3: 'POP3', smtp: 'SMTP' }
const wordsOf = (port: Port) =>
  `${words[kindOf[port].protocol]}, ${kindOf[port].tls ? 'TLS' : 'plain'}`

/** Enough at once that nginx's wait for acknowledgements under TLS does not leave it idle. */
const atOnce = (port: Port) => (kindOf[port].tls ? 512 : 64)

const sessions = (count: number, most: number): Load => ({
  kind: 'sessions',
  count,
  atOnce: most,
  repeat: 1,
})
const few = () => [sessions(200, 64)]
const idleLoad = (count: number): Load => ({ kind: 'idle', count, atOnce: count, repeat: 1 })

type Rest = Partial<Pick<Row, 'against' | 'others' | 'quick' | 'once' | 'buffered'>>

function setUp(id: string, title: string, port: Port, most: number, rest: Rest = {}): Row {
  const resumes = title.endsWith('resumed')
  const at = atOnce(port)
  return {
    ...common,
    ...rest,
    id,
    title: `session set-up, ${title}`,
    port,
    measures: 'cpu',
    lines: one('CPU-ms per session', most ? [ofNginx(most)] : []),
    // The first sessions bring the tickets.
    warmUp: ({ warmUp }, compiling) => [
      {
        ...sessions(compiling ? warmUp.compiling : warmUp.compiled, at),
        handshake: resumes ? 'any' : 'full',
      },
    ],
    load: form => ({
      ...sessions(kindOf[port].tls ? form.handshakes : form.sessions, at),
      handshake: resumes ? 'resumed' : 'full',
    }),
  }
}

function bytes(
  kind: 'down' | 'up',
  port: 'imap' | 'imaps',
  connections: number,
  targets: readonly Target[],
  quick = false,
): Row {
  const protection = kindOf[port].tls ? 'tls' : 'plain'
  return {
    ...common,
    id: `${kind}-${protection}-${connections}`,
    title: `bytes ${kind}, ${kindOf[port].tls ? 'TLS' : 'plain'}, ${connections} connection${connections > 1 ? 's' : ''}`,
    port,
    measures: 'cpu',
    lines: one('CPU-s per GiB', targets),
    buffered: true,
    quick,
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

function messages(id: string, title: string, size: number, key: 'small' | 'large'): Row {
  const load = (repeat: number): Load => ({ kind: 'send', count: 32, atOnce: 32, repeat, size })
  return {
    ...common,
    id,
    title: `SMTP message of ${title}`,
    port: 'smtp',
    measures: 'cpu',
    lines: one('CPU-ms per message', []),
    quick: key === 'small',
    warmUp: ({ messages: counts }) => [...few(), load(Math.ceil(counts[key] / 128))],
    load: ({ messages: counts }) => load(Math.ceil(counts[key] / 32)),
  }
}

function roundTrips(port: 'imap' | 'imaps', connections: number, quick = false): Row {
  const protection = kindOf[port].tls ? 'tls' : 'plain'
  return {
    ...common,
    id: `round-trips-${protection}-${connections}`,
    title: `small round trips, ${kindOf[port].tls ? 'TLS' : 'plain'}, ${connections} connections`,
    port,
    measures: 'trips',
    lines: one('CPU-µs per round trip', [ofNginx(1.2)]),
    quick,
    warmUp: few,
    load: form => ({ ...idleLoad(connections), repeat: Math.ceil(form.roundTrips / connections) }),
  }
}

function idle(port: 'imap' | 'imaps', most: number): Row {
  const { tls } = kindOf[port]
  return {
    ...common,
    id: `idle-${tls ? 'tls' : 'plain'}`,
    title: `idle session, ${tls ? 'TLS' : 'plain'}`,
    port,
    measures: 'memory',
    lines: one('KiB per session', [ofNginx(most)]),
    quick: true,
    // Few: what they leave behind would be reused and hide what the idle ones need.
    warmUp: few,
    load: form => idleLoad(form.idle),
  }
}

const line = (id: string, title: string, unit: Unit, targets: readonly Target[] = []): Line => ({
  id,
  title,
  unit,
  targets,
})

/** Rows that are measured in a way of their own, and make several lines. */
const special: readonly Row[] = [
  {
    ...common,
    id: 'latency',
    title: 'added latency at 5,000 op/s',
    port: 'imap',
    measures: 'latency',
    lines: [
      line('p50', 'p50', 'µs'),
      line('p99', 'p99', 'µs', [ofNginx(1.3)]),
      line('p999', 'p99.9', 'µs'),
      { ...line('direct', 'p99 without a proxy', 'µs'), aside: true },
    ],
    quick: true,
    warmUp: few,
    load: () => idleLoad(64),
  },
  {
    ...common,
    id: 'reload',
    title: 'reload',
    port: 'imap',
    measures: 'reload',
    lines: [
      line('lost', 'sessions lost', 'sessions', [{ most: 0 }]),
      line('stall', 'longest stall', 'ms', [{ most: 50 }]),
      { ...line('quiet', 'longest stall before it', 'ms'), aside: true },
    ],
    others: false,
    quick: true,
    warmUp: few,
    load: form => idleLoad(form.idle),
  },
  {
    ...common,
    id: 'start-up',
    title: 'start-up',
    port: 'imap',
    measures: 'start-up',
    lines: [line('time', 'to the first greeting', 'ms'), line('memory', 'memory then', 'MiB')],
    quick: true,
    warmUp: () => [],
    load: () => sessions(1, 1),
  },
  {
    ...common,
    id: 'growth',
    title: 'memory',
    port: 'imap',
    measures: 'growth',
    lines: [
      line('few', 'after 10,000 sessions', 'MiB'),
      line('many', 'after many', 'MiB'),
      { ...line('count', 'how many those were', 'sessions'), aside: true },
      line('ratio', 'after many to after 10,000', 'times', [{ most: 1.25 }]),
    ],
    others: false,
    once: true,
    warmUp: () => [],
    load: () => sessions(10_000, 64),
  },
]

const down: readonly Target[] = [ofNginx(0.4), { ratio: 0.9, to: 'nginx-64k' }]

export const rows: readonly Row[] = [
  setUp('setup-plain', wordsOf('imap'), 'imap', 1.1, { quick: true }),
  setUp('setup-tls', `${wordsOf('imaps')} 1.3 full`, 'imaps', 1.15, { quick: true }),
  setUp('setup-resumed', `${wordsOf('imaps')} resumed`, 'imaps', 1.1),
  setUp('setup-passing', `${wordsOf('passing')}, passing through`, 'passing', 0, {
    against: 'setup-plain',
  }),
  setUp('setup-passing-tls', `${wordsOf('passing-tls')}, passing through`, 'passing-tls', 0, {
    against: 'setup-tls',
  }),
  setUp('setup-pop3', wordsOf('pop3'), 'pop3', 1.1, { others: false }),
  setUp('setup-pop3-tls', `${wordsOf('pop3s')} 1.3 full`, 'pop3s', 1.15, { others: false }),
  setUp('setup-smtp', wordsOf('smtp'), 'smtp', 1.1, { others: false }),
  setUp('setup-smtp-tls', `${wordsOf('smtps')} 1.3 full`, 'smtps', 1.15, { others: false }),
  bytes('down', 'imap', 1, down, true),
  bytes('up', 'imap', 1, [ofNginx(0.55)], true),
  bytes('down', 'imaps', 1, [ofNginx(0.55)], true),
  bytes('up', 'imaps', 1, []),
  bytes('down', 'imap', 32, down),
  bytes('up', 'imap', 32, [ofNginx(0.55)]),
  bytes('down', 'imaps', 32, [ofNginx(0.55)]),
  bytes('up', 'imaps', 32, []),
  roundTrips('imap', 64, true),
  roundTrips('imap', 1_000),
  roundTrips('imaps', 64),
  roundTrips('imaps', 1_000),
  messages('smtp-2k', '2 KiB', 2_048, 'small'),
  messages('smtp-1m', '1 MiB', 2 ** 20, 'large'),
  idle('imap', 0.8),
  idle('imaps', 1.6),
  ...special,
]
