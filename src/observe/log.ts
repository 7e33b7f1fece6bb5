import { pino } from 'pino'
import type { Syslog } from '../words/syslog.ts'
import { Fan, type Opened } from './fan.ts'
import { isoClock } from './iso-clock.ts'
import { Outlets } from './outlets.ts'
import { quotedName } from './quoted.ts'
import { type Severity, severities } from './severity.ts'
import type { Sink } from './sink.ts'

/** What a record says beside its message. An `Error` goes under `error`. Never a credential. */
export type Fields = Readonly<Record<string, unknown>>

/** Messages are fixed strings; whatever varies is a field, and strangers' text goes through `escape`. */
export interface Log extends Readonly<Record<Severity, Write>> {
  /** A log whose every record has `fields`, too. */
  child(fields: Fields): Log
  /** Whether anyone would see a record of this severity; for fields that cost something to make. */
  shows(severity: Severity): boolean
  /**
   * A record whose fields the caller has printed as pino would, `,"name":value` for each: for what
   * is written so often that pino's walk through an object is felt. Ask `shows` first.
   */
  printed(severity: Severity, message: string, fields: string): void
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
  const time = isoClock(() => Date.now())
  const fan = new Fan([outputs].flat().map(output => open(output, outlets)))
  const logger = pino(options(fan, time), destination(fan))
  const log = new BoundLog(logger, fan, time)
  return Object.assign(log, {
    retarget: (wanted: readonly Output[], besides: readonly Output[] = []) => {
      fan.turn(wanted.map(output => open(output, outlets)))
      logger.level = fan.level
      const used = [...wanted, ...besides].map(({ target }) => target)
      outlets.keep(used.filter(isLasting))
    },
    beside: (wanted: readonly Output[]) => {
      const other = new Fan(wanted.map(output => open(output, outlets)))
      return new BoundLog(pino(options(other, time), destination(other)), other, time)
    },
    reopen: () => {
      for (const error of outlets.reopen()) log.error('log file not reopened', { error })
    },
    flush: () => outlets.flush(),
    close: () => outlets.close(),
    dropped: () => outlets.dropped,
  })
}

/** A log that nobody reads. */
export function silentLog(): OpenLog {
  return createLog({ target: { write: () => {} }, level: 'emerg' })
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

function options(fan: Fan, time: () => string): pino.LoggerOptions<Severity, boolean> {
  return {
    base: null,
    customLevels: severities,
    useOnlyCustomLevels: true,
    level: fan.level,
    timestamp: () => `,"time":"${time()}"`,
    formatters: { level: level => ({ level }) },
    serializers: { error: pino.stdSerializers.err },
  }
}

function destination(fan: Fan): pino.DestinationStream & { lastLevel: number } {
  return {
    // Asks pino to set `lastLevel` before each write.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      fan.write(line, this.lastLevel)
    },
  }
}

class BoundLog implements Log {
  readonly #logger: Logger
  readonly #fan: Fan
  readonly #time: () => string
  /** The bound fields, as pino has printed them. */
  readonly #bound: string

  constructor(logger: Logger, fan: Fan, time: () => string) {
    this.#logger = logger
    this.#fan = fan
    this.#time = time
    this.#bound = String(Reflect.get(logger, pino.symbols.chindingsSym))
  }

  child(fields: Fields): Log {
    return new BoundLog(this.#logger.child(fields), this.#fan, this.#time)
  }

  shows(severity: Severity): boolean {
    return this.#fan.takes(severities[severity])
  }

  printed(severity: Severity, message: string, fields: string): void {
    const head = `{"level":"${severity}","time":"${this.#time()}"${this.#bound}`
    this.#fan.write(`${head}${fields},"msg":${quotedName(message)}}\n`, severities[severity])
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
