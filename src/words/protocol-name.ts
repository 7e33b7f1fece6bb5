/** The mail protocols that a listener can speak, in the words of the `protocol` directive. */
export const protocolNames = ['imap', 'pop3', 'smtp'] as const

export type ProtocolName = (typeof protocolNames)[number]
