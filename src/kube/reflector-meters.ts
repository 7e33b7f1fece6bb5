import type { controllerMetrics } from '../observe/metric-table.ts'
import type { Metrics } from '../observe/metrics.ts'
import type { Clock } from '../source/clock.ts'
import type { End } from './watch-once.ts'

export interface ReflectorMeters {
  listed(): void
  /** A watch ended. */
  restarted(why: End['kind']): void
  event(): void
  missed(count: number): void
}

/** The numbers of a kind's reflectors, together. */
export function reflectorMeters(
  metrics: Metrics<typeof controllerMetrics>,
  kind: string,
  clock: Clock,
): ReflectorMeters {
  const lists = metrics.counter('reflector_lists_total', { kind })
  const events = metrics.counter('reflector_events_total', { kind })
  const missed = metrics.counter('reflector_missed_events_total', { kind })
  const age = metrics.gauge('reflector_last_event_age_seconds', { kind })
  let last = clock.now()
  metrics.beforeScrape(() => {
    age.value = (clock.now() - last) / 1000
  })
  return {
    listed: () => {
      lists.value++
      last = clock.now()
    },
    restarted: reason => {
      metrics.counter('reflector_watches_total', { kind, reason }).value++
    },
    event: () => {
      events.value++
      last = clock.now()
    },
    missed: count => {
      missed.value += count
    },
  }
}
