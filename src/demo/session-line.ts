import { type LogRecord, text } from './records.ts'

/**
 * One session in one line: where the client came in, who it is, which mail server served it and what
 * that made of what it was told.
 */
export function sessionLine(record: LogRecord, servers: ReadonlyMap<string, string>): string {
  const endpoint = text(record['endpoint'])
  const served = endpoint && `to ${servers.get(endpoint) ?? endpoint}`
  const words = [
    `session ${text(record['listener'])?.split('/').at(-1) ?? text(record['protocol']) ?? ''}`,
    text(record['client']),
    record['tls'] === 'none' ? 'no TLS' : text(record['tls']),
    text(record['login']),
    served,
    endpoint && record['identity'] && `identity ${text(record['identity'])}`,
    octets(record),
    `${text(record['ms']) ?? '?'} ms`,
    failure(record),
  ]
  return words.filter(word => word !== undefined && word !== '').join(', ')
}

function octets(record: LogRecord): string | undefined {
  const [up, down] = [text(record['up']), text(record['down'])]
  return record['stage'] === 'relay' ? `${up ?? 0} octets up, ${down ?? 0} down` : undefined
}

function failure(record: LogRecord): string | undefined {
  const [kind, reason] = [text(record['failure']), text(record['reason'])]
  if (kind === undefined) return undefined
  const why = reason === undefined ? kind : `${kind} (${reason})`
  return `failed at ${text(record['stage']) ?? '?'}: ${why}`
}
