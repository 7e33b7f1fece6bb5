import type { Stage } from '../words/stage.ts'
import type { Back, BackStep } from './protocol.ts'

/** The few words in which every back half is written. */

export function back(stage: Stage, receive: (line: Buffer) => BackStep): Back {
  return { stage, receive }
}

/** Says one line, to which CRLF is added here and nowhere else, and goes on with `next`. */
export function send(command: string | readonly (string | Buffer)[], next: Back): BackStep {
  return { do: 'send', bytes: line(typeof command === 'string' ? [command] : command), next }
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
  bytes.write('\r\n', at, 'latin1')
  return bytes
}

/** Does `step` behind the TLS handshake. */
export function afterTls(step: BackStep): BackStep {
  // biome-ignore lint/suspicious/noThenProperty: the contract's word; it is no function, so nothing awaits it.
  return { do: 'starttls', then: step }
}

/** Whether `bytes` can stand in a line: no CR, LF or NUL. */
export function fitsLine(bytes: Buffer): boolean {
  return !bytes.includes(0x00) && !bytes.includes(0x0a) && !bytes.includes(0x0d)
}

/** `text` without anything that could end a line or a string in it. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\0\r\n]/g, ' ')
}
