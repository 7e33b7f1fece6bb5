import type { Syslog } from '../words/syslog.ts'
import { openSink, type Sink } from './sink.ts'
import { syslogSink } from './syslog-sink.ts'

/** The sinks of a process: each target is opened once, however many logs write to it. */
export class Outlets {
  readonly #sinks = new Map<string, Sink>()
  #lost = 0

  /** @throws Error where a file cannot be opened for appending. */
  open(target: string | Syslog): Sink {
    const key = keyOf(target)
    const known = this.#sinks.get(key)
    if (known) return known
    const sink = typeof target === 'string' ? openSink(target) : syslogSink(target)
    this.#sinks.set(key, sink)
    return sink
  }

  /** Closes what is none of `targets`. */
  keep(targets: readonly (string | Syslog)[]): void {
    const kept = new Set(targets.map(keyOf))
    for (const [key, sink] of this.#sinks) {
      if (kept.has(key)) continue
      this.#sinks.delete(key)
      sink.close()
      this.#lost += sink.dropped
    }
  }

  /** Opens files by their names again; the faults of those that could not be. */
  reopen(): readonly Error[] {
    return [...this.#sinks.values()].flatMap(sink => sink.reopen() ?? [])
  }

  flush(): void {
    for (const sink of this.#sinks.values()) sink.flush()
  }

  close(): void {
    this.keep([])
  }

  get dropped(): number {
    return [...this.#sinks.values()].reduce((sum, { dropped }) => sum + dropped, this.#lost)
  }
}

function keyOf(target: string | Syslog): string {
  return typeof target === 'string' ? target : JSON.stringify(target)
}
