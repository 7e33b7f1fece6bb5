import type { ProtocolName } from '../words/protocol-name.ts'
import { auth } from './auth.ts'
import { backend } from './backend.ts'
import { checks } from './checks.ts'
import { front } from './front.ts'
import { guard } from './guard.ts'
import type { Server } from './model.ts'
import type { RenderOptions } from './render.ts'
import { settings } from './settings.ts'
import type { Subject } from './subject.ts'
import type { Violation } from './violation.ts'

/** Where a listener stands among all listeners. */
export interface Place {
  readonly id: string
  /** The port that the relay binds. */
  readonly port: number
  /** The id of the listener that owns the port. */
  readonly owner: string
}

export interface Judgement {
  readonly server: Server
  readonly violations: readonly Violation[]
  readonly notes: readonly string[]
}

const protocols: Readonly<Record<'IMAP' | 'POP3' | 'SMTP', ProtocolName>> = {
  IMAP: 'imap',
  POP3: 'pop3',
  SMTP: 'smtp',
}

/** Makes a listener of its parts, as far as they can be found, and says all that is wrong with it. */
export function judge(subject: Subject, place: Place, options: RenderOptions): Judgement {
  const { proxy, listener } = subject
  const said = settings(subject)
  const parts = { front: front(subject), auth: auth(subject), backend: backend(subject) }
  const server: Server = {
    id: place.id,
    protocol: protocols[listener.protocol],
    publicPort: listener.port,
    port: place.port,
    front: parts.front.value,
    auth: parts.auth.value,
    identified: (listener.identity ?? proxy.spec.identity).mode === 'Auto',
    guard: guard(subject),
    backend: { ...parts.backend.value, directives: said.value.upstream },
    directives: said.value.server,
  }
  const all = [said, ...Object.values(parts)]
  return {
    server,
    violations: [
      ...all.flatMap(part => part.violations),
      ...checks.flatMap(check => check({ server, owner: place.owner, options })),
    ],
    notes: all.flatMap(part => part.notes),
  }
}
