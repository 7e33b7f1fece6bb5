/** Severities, and how they compare: pino's numbers, with syslog's words of `error_log` between. */
export const severities = {
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

/** Syslog's numbers (RFC 5424 6.2.1), by ours. */
export const syslogSeverities: ReadonlyMap<number, number> = new Map(
  Object.values(severities).map((number, at) => [number, 7 - at]),
)
