import { type Severity, severities, syslogSeverities } from './severity.ts'
import type { Sink } from './sink.ts'

export interface Opened {
  readonly sink: Sink
  /** The least severity that is written. */
  readonly level: Severity
}

/** What a log writes to now: each output gets what its own level lets through. */
export class Fan {
  #outlets: readonly { readonly sink: Sink; readonly least: number }[] = []
  #level: Severity = 'emerg'

  constructor(opened: readonly Opened[]) {
    this.turn(opened)
  }

  turn(opened: readonly Opened[]): void {
    const [loudest] = opened.toSorted((a, b) => severities[a.level] - severities[b.level])
    this.#level = loudest?.level ?? 'emerg'
    this.#outlets = opened.map(({ sink, level }) => ({ sink, least: severities[level] }))
  }

  /** The least severity that any output takes. */
  get level(): Severity {
    return this.#level
  }

  /** Whether any output takes a record of this severity, in our numbers. */
  takes(severity: number): boolean {
    return severity >= severities[this.#level]
  }

  /** `severity` is our number for it. */
  write(line: string, severity: number): void {
    for (const { sink, least } of this.#outlets)
      if (severity >= least) sink.write(line, syslogSeverities.get(severity))
  }
}
