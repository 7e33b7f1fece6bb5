import type { Load } from './load.ts'
import { kindOf, type Port } from './ports.ts'
import type { Line, Row, Target } from './row.ts'
import type { Unit } from './units.ts'

export const common = { buffered: false, others: true, quick: false, once: false } as const
const one = (unit: Unit, targets: readonly Target[]): readonly Line[] => [
  { id: '', title: '', unit, targets },
]
export const ofNginx = (ratio: number, holds = ratio): Target => ({ ratio, to: 'nginx', holds })
const words = { imap: 'IMAP', pop3: 'POP3', smtp: 'SMTP' }
export const wordsOf = (port: Port) =>
  `${words[kindOf[port].protocol]}, ${kindOf[port].tls ? 'TLS' : 'plain'}`

/** Enough at once that nginx's wait for acknowledgements under TLS does not leave it idle. */
const atOnce = (port: Port) => (kindOf[port].tls ? 512 : 64)

export const sessions = (count: number, most: number): Load => ({
  kind: 'sessions',
  count,
  atOnce: most,
  repeat: 1,
})
export const few = () => [sessions(200, 64)]
export const idleLoad = (count: number): Load => ({ kind: 'idle', count, atOnce: count, repeat: 1 })

type Rest = Partial<Pick<Row, 'against' | 'others' | 'quick' | 'once' | 'buffered'>>

export function setUp(id: string, title: string, port: Port, most: number, rest: Rest = {}): Row {
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

export function bytes(
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
    // A read is large: compilers need as many octets as a thousand of them bring, and more.
    warmUp: (_, compiling) => [
      ...few(),
      {
        kind,
        count: connections,
        atOnce: connections,
        repeat: (compiling ? 1_024 : 64) / connections,
      },
    ],
    load: ({ mebibytes }) => ({
      kind,
      count: connections,
      atOnce: connections,
      repeat: mebibytes / connections,
    }),
  }
}

export function messages(id: string, title: string, size: number, key: 'small' | 'large'): Row {
  const load = (repeat: number): Load => ({ kind: 'send', count: 32, atOnce: 32, repeat, size })
  return {
    ...common,
    id,
    title: `SMTP message of ${title}`,
    port: 'smtp',
    measures: 'cpu',
    lines: one('CPU-ms per message', []),
    quick: key === 'small',
    warmUp: ({ messages: counts }) => [...few(), load(Math.ceil(counts[key] / 32))],
    load: ({ messages: counts }) => load(Math.ceil(counts[key] / 32)),
  }
}

export function roundTrips(port: 'imap' | 'imaps', connections: number, quick = false): Row {
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

export function idle(port: 'imap' | 'imaps', most: number): Row {
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
