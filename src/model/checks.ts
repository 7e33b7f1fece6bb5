/**
 * What must be true of a listener besides that all its parts were found. CEL refuses at apply time
 * what it can; these hold whatever the way an object came.
 */

import type { Scope } from '../directives/shape.ts'
import type { Context, Directive } from '../directives/syntax.ts'
import { entry } from '../directives/table.ts'
import type { Server } from './model.ts'
import { blocksOf, type RenderOptions } from './render.ts'
import { refused, unresolved, type Violation } from './violation.ts'

export interface Draft {
  readonly server: Server
  /** The listener that owns the port: this one, or the one that came first. */
  readonly owner: string
  readonly options: RenderOptions
}

type Check = (draft: Draft) => readonly Violation[]

export const checks: readonly Check[] = [
  // The oldest object keeps the port, so that nobody can take it from a running one.
  function ownsPort({ server, owner }) {
    if (owner === server.id) return []
    const { publicPort, port } = server
    const inner = publicPort === port ? '' : ` (${port} in the pod)`
    return [refused('Conflicted', `the port ${publicPort}${inner} belongs to ${owner}`)]
  },

  // TLS that was asked for is never left out silently.
  function hasCertificate({ server: { front } }) {
    const wanted = front.implicit || front.starttls !== 'off'
    return wanted && front.certificates.length === 0
      ? [unresolved('SecretNotFound', 'no certificate is left for this listener', true)]
      : []
  },

  // A session that nobody judges must not be one that reads mail.
  function mayGoWithoutLogin({ server: { auth, protocol } }) {
    return auth.kind === 'none' && protocol !== 'smtp'
      ? [refused('Invalid', 'auth.type None is for SMTP: an IMAP or POP3 client must log in')]
      : []
  },

  // What the relay would refuse costs this listener alone, and never the whole text.
  function isTakenByTheTable({ server, options }) {
    const faults = blocksOf(server, options).flatMap(block => faultsOf(block, 'mail'))
    return [...new Set(faults)].map(fault => refused('Invalid', fault))
  },
]

function faultsOf(directive: Directive, context: Context): readonly string[] {
  const { name, args, block = [] } = directive
  const known = entry(name.text, context)
  if (!known) return [`the directive ${name.text} is not known in ${context}`]
  const { row, opens } = known
  const faults: string[] = []
  if (args.length < row.least || args.length > row.most)
    faults.push(`${name.text} takes ${row.syntax}, and has ${args.length} arguments`)
  else row.check(directive, scope(faults))
  return [...faults, ...(opens ? block.flatMap(inner => faultsOf(inner, opens)) : [])]
}

function scope(faults: string[]): Scope {
  return {
    hostname: 'localhost',
    besideConfig: path => path,
    underPrefix: path => path,
    errorLog: 'stderr',
    addresses: () => [],
    fault: (_, message) => faults.push(message),
    notice: () => undefined,
  }
}
