import { Buffer } from 'node:buffer'
import type { Front } from '../protocol/protocol.ts'
import { printEndpoint } from '../wire/address.ts'
import { Deadline } from '../wire/wheel.ts'
import type { Wire } from '../wire/wire.ts'
import type { Matcher } from './admission.ts'
import { behind, type Origin, readProxyHeader } from './origin.ts'
import type { Record } from './record.ts'
import type { Runtime } from './runtime.ts'
import type { Shared } from './shared.ts'

/** What a client meets before its greeting. */

/** Whose client stands before the door. */
export interface Newcomer {
  readonly wire: Wire
  readonly record: Record
  readonly shared: Shared
}

/** Takes the PROXY header, and learns from it who the client is; `undefined`: there is none. */
export async function originBehind(
  { wire, record }: Newcomer,
  origin: Origin,
  trusted: Matcher,
): Promise<Origin | undefined> {
  const header = await readProxyHeader(wire)
  if (header.kind === 'invalid') {
    record.failure ??= 'protocol'
    record.reason = `PROXY header: ${header.reason}`
    return undefined
  }
  const told = behind(origin, header, trusted)
  record.client = printEndpoint(told.address, told.port)
  return told
}

/** Ends the session before its greeting, with `text` where the client would understand it. */
export function dismiss(
  { wire, record, shared }: Newcomer,
  reason: 'access' | 'limit' | 'proxy',
  text: string,
): void {
  const { protocol, listener } = record
  record.reason ??= reason
  const labels = { protocol, listener, reason }
  shared.metrics.counter('connections_rejected_total', labels).value++
  if (text === '') wire.destroy()
  else {
    wire.write(text)
    wire.hangUp(shared.wheel)
  }
}

/**
 * Holds the greeting for `delay` ms; a client that does not wait for it is turned away (it is no mail
 * program). Whether it waited.
 */
export async function isPatient(
  { wire, record, shared: { wheel } }: Newcomer,
  delay: number,
): Promise<boolean> {
  const patience = new Deadline(() => wire.giveUp())
  wheel.arm(patience, delay)
  const input = await wire.read({ kind: 'octets', count: 1 })
  wheel.disarm(patience)
  if (input === 'timeout' && !wire.stopped) return true
  if (Buffer.isBuffer(input)) {
    wire.write('503 5.5.0 Improper use of SMTP command pipelining\r\n')
    record.failure = 'protocol'
  }
  wire.hangUp(wheel)
  return false
}

/** What a client is greeted with, and who hears it then. `secure`: behind TLS. */
export function greeting(
  { door: open, settings }: Runtime,
  id: string,
  secure: boolean,
): { readonly text: string; readonly next: Front } {
  const door = open()
  const salt = door.salted ? `<${id}.${Date.now()}@${settings.server_name}>` : ''
  return door.greet({ secure, salt })
}
