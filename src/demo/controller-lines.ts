import {
  counted,
  isComplaint,
  type LogRecord,
  parseRecord,
  records,
  text,
  words,
} from './records.ts'

/**
 * Makes what the demo says of each line that the controller wrote. Every new text passes through a
 * moment without an answer; what is said of an object is said when it differs from the last.
 */
export function controllerLines(): (line: string) => readonly string[] {
  const last = new Map<string, string>()
  return line => {
    const record = parseRecord(line)
    if (!record) return [`controller: ${line.replace('controller: ', '')}`]
    if (record['msg'] === 'status') {
      const said = status(record)
      const object = text(record['object']) ?? ''
      if (said.length === 0 || last.get(object) === said.join()) return []
      last.set(object, said.join())
      return said
    }
    const say = readable.get(text(record['msg']) ?? '')
    if (say) return say(record)
    return isComplaint(record) ? [`controller: ${words(record)}`] : []
  }
}

const fault = (record: LogRecord) => [
  `controller: ${text(record['where'])}: ${text(record['message'])}`,
]

const readable: ReadonlyMap<string, (record: LogRecord) => readonly string[]> = new Map([
  ['the source has a fault', fault],
  ['an object has a fault', fault],
  ['the faults are gone', () => ['controller: every file can be read again']],
  // The two programs start at the same time; a relay that ends later is told of by the demo itself.
  ['no answer from the relay', () => []],
])

/** An object whose conditions are all as they should be, or each condition that is not. */
function status(record: LogRecord): readonly string[] {
  const object = text(record['object']) ?? '?'
  const conditions = records(record['conditions'])
  if (conditions.some(({ reason }) => reason === 'Pending')) return []
  // A condition that holds in full gives its own name for the reason.
  const odd = conditions.filter(one => one['status'] !== 'True' || one['reason'] !== one['type'])
  const listeners = counted(records(record['listeners']).length, 'listener')
  if (odd.length === 0) return [`controller: ${object} is in effect, ${listeners}`]
  return odd.map(({ type, status: value, reason, message }) => {
    const judged = `${text(type)} ${text(value)}, ${text(reason)}`
    return `controller: ${object}: ${judged}: ${text(message)}`
  })
}
