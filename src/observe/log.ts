import { pino } from 'pino'
import type { Syslog } from '../words/syslog.ts'
import { Outlets } from './outlets.ts'
import type { Sink } from './sink.ts'

/** Severities, and how they compare: pino's numbers, with syslog's words of `error_log` between. */
const severities = {
  debug: 20,
  info: 30,
  notice: 35,
  warn: 40,
  error: 50,
  crit: 60,
  alert: 70,
  emerg: 80,
} as const

export type Severity = keyof typeof severities

/** What a record says beside its message. An `Error` goes under `error`. Never a credential. */
export type Fields = Readonly<Record<string, unknown>>

/** Messages are fixed strings; whatever varies is a field, and strangers' text goes through `escape`. */
export interface Log extends Readonly<Record<Severity, Write>> {
  /** A log whose every record has `fields`, too. */
  child(fields: Fields): Log
  /** Whether anyone would see a record of this severity; for fields that cost something to make. */
  shows(severity: Severity): boolean
}

type Write = (message: string, fields?: Fields) => void

export interface Output {
  /** `stdout`, `stderr`, the path of a file to append to, a syslog server, or something that takes lines. */
  readonly target: string | Syslog | { write(line: string): void }
  /** The least severity that is written. */
  readonly level: Severity
}

/** The log of a program, which opened its outputs and closes them. */
export interface OpenLog extends Log {
  /**
   * Writes to `outputs` from now on, and closes whatever is neither of them nor of `besides`.
   * @throws as `createLog`.
   */
  retarget(outputs: readonly Output[], besides?: readonly Output[]): void
  /** A log of other outputs, which opens and closes nothing that this one has open. */
  beside(outputs: readonly Output[]): Log
  /** Opens files by their names again, after they were moved away; says so where one cannot be. */
  reopen(): void
  /** Writes out what waits. It also happens by itself, and when the process exits. */
  flush(): void
  close(): void
  /** Lines that could not be written since the start. */
  dropped(): number
}

type Logger = pino.Logger<Severity, boolean>

/**
 * A log of JSON lines: `time` (ISO 8601), `level`, bound fields, fields, `msg`.
 * @throws Error where an output's file cannot be opened.
 */
export function createLog(outputs: Output | readonly Output[]): OpenLog {
  const outlets = new Outlets()
  const fan: Fan = { opened: [outputs].flat().map(output => open(output, outlets)) }
  const logger = pino(options(fan), fanOut(fan))
  const log = new BoundLog(logger)
  return Object.assign(log, {
    retarget: (wanted: readonly Output[], besides: readonly Output[] = []) => {
      fan.opened = wanted.map(output => open(output, outlets))
      logger.level = loudest(fan)
      const used = [...wanted, ...besides].map(({ target }) => target)
      outlets.keep(used.filter(isLasting))
    },
    beside: (wanted: readonly Output[]) => {
      const other: Fan = { opened: wanted.map(output => open(output, outlets)) }
      return new BoundLog(pino(options(other), fanOut(other)))
    },
    reopen: () => {
      for (const error of outlets.reopen()) log.error('log file not reopened', { error })
    },
    flush: () => outlets.flush(),
    close: () => outlets.close(),
    dropped: () => outlets.dropped,
  })
}

/** What a log writes to now. */
interface Fan {
  opened: readonly Opened[]
}

/** A log that nobody reads. */
export function silentLog(): OpenLog {
  return createLog({ target: { write: () => {} }, level: 'emerg' })
}

interface Opened {
  readonly sink: Sink
  readonly level: Severity
}

function open({ target, level }: Output, outlets: Outlets): Opened {
  return { sink: isLasting(target) ? outlets.open(target) : sinkOf(target), level }
}

function isLasting(target: Output['target']): target is string | Syslog {
  return typeof target === 'string' || 'facility' in target
}

function sinkOf(target: { write(line: string): void }): Sink {
  const nothing = (): undefined => undefined
  return {
    write: line => target.write(line),
    reopen: nothing,
    flush: nothing,
    close: nothing,
    dropped: 0,
  }
}

function loudest({ opened }: Fan): Severity {
  const [first] = opened.toSorted((a, b) => severities[a.level] - severities[b.level])
  return first?.level ?? 'emerg'
}

function options(fan: Fan): pino.LoggerOptions<Severity, boolean> {
  return {
    base: null,
    customLevels: severities,
    useOnlyCustomLevels: true,
    level: loudest(fan),
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: level => ({ level }) },
    serializers: { error: pino.stdSerializers.err },
  }
}

/** Syslog's numbers, by pino's. */
const syslogSeverities: ReadonlyMap<number, number> = new Map(
  Object.values(severities).map((number, at) => [number, 7 - at]),
)

/** Each output is written what its own level lets through. */
function fanOut(fan: Fan): pino.DestinationStream & { lastLevel: number } {
  return {
    // Asks pino to set `lastLevel` before each write.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      for (const { sink, level } of fan.opened) {
        if (this.lastLevel >= severities[level])
          sink.write(line, syslogSeverities.get(this.lastLevel))
      }
    },
  }
}

class BoundLog implements Log {
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  child(fields: Fields): Log {
    return new BoundLog(this.#logger.child(fields))
  }

  shows(severity: Severity): boolean {
    return this.#logger.isLevelEnabled(severity)
  }

  debug(message: string, fields?: Fields): void {
    this.#logger.debug(fields, message)
  }

  info(message: string, fields?: Fields): void {
    this.#logger.info(fields, message)
  }

  notice(message: string, fields?: Fields): void {
    this.#logger.notice(fields, message)
  }

  warn(message: string, fields?: Fields): void {
    this.#logger.warn(fields, message)
  }

  error(message: string, fields?: Fields): void {
    this.#logger.error(fields, message)
  }

  crit(message: string, fields?: Fields): void {
    this.#logger.crit(fields, message)
  }

  alert(message: string, fields?: Fields): void {
    this.#logger.alert(fields, message)
  }

  emerg(message: string, fields?: Fields): void {
    this.#logger.emerg(fields, message)
  }
}
