import { Buffer } from 'node:buffer'
import type { Stage } from '../words/stage.ts'
import { put } from './octets.ts'
import type { Back, BackStep } from './protocol.ts'

const lf = 0x0a
const cr = 0x0d

/** The few words in which every back half is written. */

export function back(stage: Stage, receive: (line: Buffer) => BackStep): Back {
  return { stage, receive }
}

/** Says one line, to which CRLF is added here and nowhere else, and goes on with `next`. */
export function send(command: string | readonly (string | Buffer)[], next: Back): BackStep {
  if (typeof command === 'string') return sendWith(command, '', next)
  return { do: 'send', bytes: line(command), next }
}

/** Says `command` and, behind it, `rest` as one line. */
export function sendWith(command: string, rest: string | Buffer, next: Back): BackStep {
  const bytes = Buffer.allocUnsafe(command.length + rest.length + 2)
  end(bytes, put(bytes, put(bytes, 0, command), rest))
  return { do: 'send', bytes, next }
}

/** Says `command` and, behind it, a secret that was made for this line alone: it is zeroed. */
export function sendSecret(command: string, secret: Buffer, next: Back): BackStep {
  const step = sendWith(command, secret, next)
  secret.fill(0)
  return step
}

/** The parts and CRLF, in a fresh buffer, of which only whoever zeroes it holds the content. */
function line(parts: readonly (string | Buffer)[]): Buffer {
  let length = 2
  for (const part of parts) length += part.length
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const part of parts) at = put(bytes, at, part)
  end(bytes, at)
  return bytes
}

/** A copy of what was said in a line, with its CRLF. */
export function withEnd(said: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(said.length + 2)
  end(bytes, put(bytes, 0, said))
  return bytes
}

/** Writes CRLF at `at`. */
function end(bytes: Buffer, at: number): void {
  bytes[at] = cr
  bytes[at + 1] = lf
}

/** Does `step` behind the TLS handshake. */
export function afterTls(step: BackStep): BackStep {
  // biome-ignore lint/suspicious/noThenProperty: the contract's word; it is no function, so nothing awaits it.
  return { do: 'starttls', then: step }
}

/** Whether `bytes` can stand in a line: no CR, LF or NUL. */
export function fitsLine(bytes: Buffer): boolean {
  // A native search costs more than the few octets of a name or a password.
  for (let at = 0; at < bytes.length; at++) if (ends(bytes[at] ?? 0)) return false
  return true
}

/** `text` without anything that could end a line or a string in it. */
export function oneLine(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (ends(text.charCodeAt(at))) return text.replaceAll(/[\0\r\n]/g, ' ')
  }
  return text
}

function ends(octet: number): boolean {
  return octet === 0 || octet === lf || octet === cr
}
