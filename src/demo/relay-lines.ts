import {
  counted,
  isComplaint,
  type LogRecord,
  parseRecord,
  records,
  text,
  words,
} from './records.ts'
import { sessionLine } from './session-line.ts'

/**
 * Makes what the demo says of each line that the relay wrote; `servers` names the endpoints. A
 * configuration that is applied a second time is not told again.
 */
export function relayLines(
  servers: ReadonlyMap<string, string>,
): (line: string) => readonly string[] {
  let generation: unknown
  return line => {
    const record = parseRecord(line)
    if (!record) return [`relay: ${line.replace('relay: ', '')}`]
    if (record['msg'] === 'session ended') return [sessionLine(record, servers)]
    if (record['msg'] === 'configuration applied') {
      const again = record['generation'] === generation
      generation = record['generation']
      return again ? [] : applied(record)
    }
    return isComplaint(record) ? [`relay: ${words(record)}`] : []
  }
}

function applied(record: LogRecord): readonly string[] {
  const listeners = records(record['listeners'])
  const odd = listeners.filter(({ outcome }) => outcome !== 'applied')
  return [
    `relay: a new configuration runs, ${counted(listeners.length - odd.length, 'listener')}`,
    ...odd.map(
      ({ name, outcome, reason }) => `relay: ${text(name)} ${text(outcome)}: ${text(reason)}`,
    ),
  ]
}
