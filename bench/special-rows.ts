import type { Line, Row, Target } from './row.ts'
import { common, few, idleLoad, ofNginx, sessions } from './row-builders.ts'
import type { Unit } from './units.ts'

const line = (id: string, title: string, unit: Unit, targets: readonly Target[] = []): Line => ({
  id,
  title,
  unit,
  targets,
})

/** Rows that are measured in a way of their own, and make several lines. */
export const special: readonly Row[] = [
  {
    ...common,
    id: 'latency',
    title: 'added latency at 5,000 op/s',
    port: 'imap',
    measures: 'latency',
    lines: [
      line('p50', 'p50', 'µs'),
      line('p99', 'p99', 'µs', [ofNginx(1.3, 4)]),
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
