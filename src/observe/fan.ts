import { type Severity, severities, syslogSeverities } from './severity.ts'
import type { Sink } from './sink.ts'

export interface Opened {
  readonly sink: Sink
  /** The least severity that is written. */
  readonly level: Severity
}

/** What a log writes to now: each output gets what its own level lets through. */
export class Fan {
  #opened: readonly Opened[]

  constructor(opened: readonly Opened[]) {
    this.#opened = opened
  }

  turn(opened: readonly Opened[]): void {
    this.#opened = opened
  }

  /** The least severity that any output takes. */
  get level(): Severity {
    const [first] = this.#opened.toSorted((a, b) => severities[a.level] - severities[b.level])
    return first?.level ?? 'emerg'
  }

  shows(severity: Severity): boolean {
    const number = severities[severity]
    for (const { level } of this.#opened) if (number >= severities[level]) return true
    return false
  }

  /** `severity` is our number for it. */
  write(line: string, severity: number): void {
    for (const { sink, level } of this.#opened) {
      if (severity >= severities[level]) sink.write(line, syslogSeverities.get(severity))
    }
  }
}
