import { closeSync, openSync, writeSync } from 'node:fs'

/**
 * Where log lines go. Lines are gathered for a moment and written at once; a reader that does not
 * read never stops the program: what it does not take waits, up to a cap, and then is dropped and
 * counted. A process that is killed loses the lines of that moment, one that exits none.
 */
export interface Sink {
  /** `severity` is syslog's number (RFC 5424 6.2.1), for those who tell it. */
  write(line: string, severity?: number): void
  /** Opens the file by its name again; if that fails the old one is kept and the fault returned. */
  reopen(): Error | undefined
  /** Writes what waits, as far as the reader takes it. */
  flush(): void
  /** Flushes and closes; later lines are dropped. */
  close(): void
  /** Lines that could not be written since the start. */
  readonly dropped: number
}

/** Characters that may wait for a reader; about what a thousand session records take. */
export const mostWaiting = 1_048_576

/** How long lines are gathered, in ms: a write of its own for each would cost a busy relay more than the record. */
const gathering = 20

/** How long to leave a full pipe alone, in ms. */
const pause = 50

const standard: ReadonlyMap<string, number> = new Map([
  ['stdout', 1],
  ['stderr', 2],
])

/** @throws Error where the file cannot be opened for appending. */
export function openSink(target: string): Sink {
  return new FileSink(target)
}

class FileSink implements Sink {
  readonly #target: string
  #descriptor: number | undefined
  readonly #waiting: Buffer[] = []
  #lines: string[] = []
  #length = 0
  #scheduled: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  dropped = 0

  constructor(target: string) {
    this.#target = target
    this.#descriptor = open(target)
    process.on('exit', this.#atExit)
  }

  write(line: string): void {
    if (this.#descriptor === undefined || this.#length + line.length > mostWaiting) {
      this.dropped++
      return
    }
    this.#lines.push(line)
    this.#length += line.length
    this.#scheduled ??= setTimeout(() => this.flush(), gathering).unref()
  }

  flush(): void {
    clearTimeout(this.#scheduled)
    this.#scheduled = undefined
    clearTimeout(this.#retry)
    this.#retry = undefined
    if (this.#lines.length > 0) this.#waiting.push(Buffer.from(this.#lines.join('')))
    this.#lines = []
    let octets = this.#waiting.shift()
    while (octets !== undefined && this.#descriptor !== undefined) {
      const written = attempt(this.#descriptor, octets)
      if (written === 'full') {
        this.#waiting.unshift(octets)
        this.#retry = setTimeout(() => this.flush(), pause).unref()
        break
      }
      if (written === 'broken') this.dropped++
      const rest = written === 'broken' ? undefined : octets.subarray(written)
      octets = rest !== undefined && rest.length > 0 ? rest : this.#waiting.shift()
    }
    this.#length = this.#waiting.reduce((sum, { length }) => sum + length, 0)
  }

  reopen(): Error | undefined {
    if (standard.has(this.#target)) return undefined
    this.flush()
    try {
      const fresh = open(this.#target)
      if (this.#descriptor !== undefined) closeSync(this.#descriptor)
      this.#descriptor = fresh
      return undefined
    } catch (cause) {
      return new Error(`the log file cannot be opened again: ${this.#target}`, { cause })
    }
  }

  close(): void {
    this.flush()
    clearTimeout(this.#retry)
    process.off('exit', this.#atExit)
    if (this.#descriptor !== undefined && !standard.has(this.#target)) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  readonly #atExit = (): void => this.flush()
}

function open(target: string): number {
  // 0640: records name users and addresses; group so that a log shipper can read them.
  return standard.get(target) ?? openSync(target, 'a', 0o640)
}

/** `broken`: nobody will ever read it (a closed pipe, a full disk). */
function attempt(descriptor: number, octets: Buffer): number | 'full' | 'broken' {
  try {
    return writeSync(descriptor, octets)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EAGAIN' ? 'full' : 'broken'
  }
}
