import type { Stage } from '../words/stage.ts'
import type { Back, BackStep } from './protocol.ts'

const lf = 0x0a
const cr = 0x0d

/** The few words in which every back half is written. */

export function back(stage: Stage, receive: (line: Buffer) => BackStep): Back {
  return { stage, receive }
}

/** Says one line, to which CRLF is added here and nowhere else, and goes on with `next`. */
export function send(command: string | readonly (string | Buffer)[], next: Back): BackStep {
  const bytes =
    typeof command === 'string' ? Buffer.from(`${command}\r\n`, 'latin1') : line(command)
  return { do: 'send', bytes, next }
}

/** The parts and CRLF, in a fresh buffer, of which only whoever zeroes it holds the content. */
export function line(parts: readonly (string | Buffer)[]): Buffer {
  let length = 2
  for (const part of parts) length += part.length
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const part of parts) {
    at += typeof part === 'string' ? bytes.write(part, at, 'latin1') : part.copy(bytes, at)
  }
  bytes[at] = cr
  bytes[at + 1] = lf
  return bytes
}

/** Does `step` behind the TLS handshake. */
export function afterTls(step: BackStep): BackStep {
  // biome-ignore lint/suspicious/noThenProperty: the contract's word; it is no function, so nothing awaits it.
  return { do: 'starttls', then: step }
}

/** Whether `bytes` can stand in a line: no CR, LF or NUL. */
export function fitsLine(bytes: Buffer): boolean {
  // A native search costs more than the few octets of a name or a password.
  for (let at = 0; at < bytes.length; at++) {
    const octet = bytes[at]
    if (octet === 0 || octet === lf || octet === cr) return false
  }
  return true
}

/** `text` without anything that could end a line or a string in it. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\0\r\n]/g, ' ')
}
