import { type Binding, placeKey } from '../config/binding.ts'
import type { Listen, ServerConfig } from '../config/config.ts'
import type { ListenerAnswer } from '../handoff/answer.ts'
import type { Served, Serves } from './listener.ts'
import type { Runtime } from './runtime.ts'
import type { KeyFault } from './tls-options.ts'

export type Answers = readonly (readonly [Listen, ListenerAnswer])[]

export interface Prepared {
  readonly serves: Serves
  /** What becomes of its listeners if it is open. */
  readonly answers: Answers
}

/** What a socket is to serve. `held`: what listeners had until now, and keep where nothing can be made of the new. */
export function prepare(
  { listeners }: Binding,
  runtimes: ReadonlyMap<ServerConfig, Runtime | KeyFault>,
  held: ReadonlyMap<string, Served>,
): Prepared {
  const each = listeners.map(({ listen, server }) => {
    const made = runtimes.get(server)
    if (isRuntime(made))
      return { listen, served: { listen, runtime: made }, says: answer(listen, 'applied') }
    const served = held.get(placeKey(listen))
    return { listen, served, says: answer(listen, served ? 'kept' : 'failed', keyReason(made)) }
  })
  return {
    serves: new Map(each.map(({ listen, served }) => [listen.address, served])),
    answers: each.map(({ listen, says }) => [listen, says]),
  }
}

export function isEmpty(serves: Serves): boolean {
  return [...serves.values()].every(served => served === undefined)
}

function isRuntime(made: Runtime | KeyFault | undefined): made is Runtime {
  return made !== undefined && 'protocol' in made
}

function keyReason(fault: KeyFault | undefined): string {
  return fault?.file ? `${fault.file}: ${fault.reason}` : (fault?.reason ?? 'no such server')
}

function answer(listen: Listen, outcome: 'applied'): ListenerAnswer
function answer(listen: Listen, outcome: 'kept' | 'failed', reason: string): ListenerAnswer
function answer(
  { name, address, port }: Listen,
  outcome: 'applied' | 'kept' | 'failed',
  reason = '',
): ListenerAnswer {
  const key = { name, address, port }
  return outcome === 'applied' ? { ...key, outcome } : { ...key, outcome, reason }
}

const bindFaults: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'address already in use'],
  ['EACCES', 'permission denied: ports below 1024 need a privilege'],
  ['EADDRNOTAVAIL', 'the machine has no such address'],
])

/** All of them, when the socket could not be bound. */
export function failed(answers: Answers, error: unknown): Answers {
  return answers.map(([listen]) => [listen, answer(listen, 'failed', bindReason(error))])
}

function bindReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return bindFaults.get(code) ?? error.message
}
