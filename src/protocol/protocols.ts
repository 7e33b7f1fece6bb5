import type { ProtocolName } from '../words/protocol-name.ts'
import { imap } from './imap/imap.ts'
import { pop3 } from './pop3/pop3.ts'
import type { Protocol } from './protocol.ts'
import { smtp } from './smtp/smtp.ts'

export const protocols: Readonly<Record<ProtocolName, Protocol>> = { imap, pop3, smtp }
