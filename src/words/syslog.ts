/** Where syslog records go, and what they are called there. */
export interface Syslog {
  /** A literal address or a host name. */
  readonly host: string
  readonly port: number
  readonly facility: Facility
  readonly tag: string
  /** Whether the machine's name is in each record. */
  readonly hostname: boolean
}

/** RFC 3164 4.1.1, in the order of their numbers, by the names of `error_log`. */
export const facilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'intern',
  'lpr',
  'news',
  'uucp',
  'clock',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const

export type Facility = (typeof facilities)[number]
