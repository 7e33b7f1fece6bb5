import type { Stage } from '../../words/stage.ts'
import { back, line as lineOf } from '../converse.ts'
import { isDigit } from '../octets.ts'
import type { Back, BackStep } from '../protocol.ts'

/** A backend's reply (RFC 5321 section 4.2), all its lines. */
export interface Reply {
  readonly code: number
  /** Whole and as it came. */
  readonly bytes: Buffer
}

/** Lines and octets of one reply, for callers that do not bound it closer. */
const maxLines = 256
const maxOctets = 65_536

const hyphen = 0x2d
const space = 0x20
const nothing = Buffer.alloc(0)

/** Waits for a whole reply; what is none goes to `malformed`. */
export function reply(
  stage: Stage,
  then: (reply: Reply) => BackStep,
  malformed: (bytes: Buffer) => BackStep,
): Back {
  return collect(nothing, 0)

  function collect(held: Buffer, lines: number): Back {
    return back(stage, line => {
      const bytes = lineOf(held.length > 0 ? [held, line] : [line])
      const code = codeOf(line)
      if (!code || lines >= maxLines || bytes.length > maxOctets) return malformed(bytes)
      if (line[3] === hyphen) return { do: 'wait', next: collect(bytes, lines + 1) }
      return then({ code, bytes })
    })
  }
}

/** Of a line, with a space or a hyphen behind it, or nothing. */
function codeOf(line: Buffer): number | undefined {
  const separator = line[3] ?? space
  return separator === space || separator === hyphen ? codeAt(line, 0) : undefined
}

/** Three digits at `at`, the first from 2 to 5. */
export function codeAt(octets: Buffer, at: number): number | undefined {
  const first = octets[at] ?? 0
  const second = octets[at + 1] ?? 0
  const third = octets[at + 2] ?? 0
  if (first < 0x32 || first > 0x35 || !isDigit(second) || !isDigit(third)) return undefined
  return (first - 0x30) * 100 + (second - 0x30) * 10 + third - 0x30
}

/** What stands behind the code of the first line, in latin1. */
export function textOf({ bytes }: Reply): string {
  return bytes.toString('latin1', '250 '.length, bytes.indexOf('\r\n'))
}
