/** A record of a program's log, as far as it could be read. */
export type LogRecord = Readonly<Record<string, unknown>>

export function parseRecord(line: string): LogRecord | undefined {
  try {
    return records([JSON.parse(line)])[0]
  } catch {
    return undefined
  }
}

/** The objects of a field that is a list of them. */
export function records(value: unknown): readonly LogRecord[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list.flatMap(one => (typeof one === 'object' && one !== null ? [{ ...one }] : []))
}

/** A field that is a word or a number. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** Whether a record says that something is wrong. */
export function isComplaint(record: LogRecord): boolean {
  return complaints.has(text(record['level']) ?? '')
}

/** A record's message and what it says beside it. */
export function words(record: LogRecord): string {
  const fields = Object.entries(record).flatMap(([name, value]) => {
    if (standing.has(name)) return []
    return [`${name} ${text(value) ?? JSON.stringify(value)}`]
  })
  return [text(record['msg']) ?? '', ...fields].join(', ')
}

/** `1 listener`, `2 listeners`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

const complaints = new Set(['warn', 'error', 'crit', 'alert', 'emerg'])
const standing = new Set(['time', 'level', 'msg', 'pid'])
