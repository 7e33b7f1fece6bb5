/**
 * What a proxy can listen for; the last three are those of a proxy that keeps its connections to auth
 * servers, or passes logins through.
 */
export const ports = [
  'imap',
  'imaps',
  'pop3',
  'pop3s',
  'smtp',
  'smtps',
  'apart',
  'passing',
  'passing-tls',
] as const

export type Port = (typeof ports)[number]
export type Protocol = 'imap' | 'pop3' | 'smtp'
export type PortNumbers = Readonly<Record<Port, number>>

interface Kind {
  readonly protocol: Protocol
  /** TLS from the first octet. */
  readonly tls: boolean
}

export const kindOf: Readonly<Record<Port, Kind>> = {
  imap: { protocol: 'imap', tls: false },
  imaps: { protocol: 'imap', tls: true },
  pop3: { protocol: 'pop3', tls: false },
  pop3s: { protocol: 'pop3', tls: true },
  smtp: { protocol: 'smtp', tls: false },
  smtps: { protocol: 'smtp', tls: true },
  apart: { protocol: 'imap', tls: false },
  passing: { protocol: 'imap', tls: false },
  'passing-tls': { protocol: 'imap', tls: true },
}

/** The ports of a proxy that asks an auth server, over a connection for each question. */
export const asking = ports.filter(port => port !== 'apart' && !port.startsWith('passing'))
