import { isIPv6 } from 'node:net'
import { printable } from './xclient.ts'

/** All that a Received line says. */
export interface Passage {
  /** As in HELO or EHLO. */
  readonly helo: string
  readonly name: string
  readonly address: string
  readonly login: string | undefined
  readonly host: string
  readonly protocol: string
  readonly id: string
  readonly recipient: string
  readonly at: Date
}

/** The Received line (RFC 5321 4.4), in the shape that Postfix's readers know. */
export function received(passage: Passage): string {
  const address = isIPv6(passage.address) ? `IPv6:${passage.address}` : passage.address
  const login =
    passage.login === undefined ? [] : [`(Authenticated sender: ${text(passage.login)})`]
  const folded = [
    `Received: from ${text(passage.helo)} (${text(passage.name)} [${address}])`,
    ...login,
    `by ${passage.host} (Postern demo) with ${passage.protocol} id ${passage.id}`,
    `for <${text(passage.recipient)}>; ${date(passage.at)}`,
  ]
  return `${folded.join('\r\n\t')}\r\n`
}

/** RFC 5322 3.3, in UTC. */
export function date(at: Date): string {
  return at.toUTCString().replace('GMT', '+0000')
}

/** RFC 5322 3.2.2: parentheses and backslashes have a meaning in comments. */
function text(value: string): string {
  return printable(value)
    .replaceAll(/[()\\]/g, '?')
    .slice(0, 255)
}
