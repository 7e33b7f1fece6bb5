import type { Stage } from '../../words/stage.ts'
import { back, line as lineOf } from '../converse.ts'
import type { Back, BackStep } from '../protocol.ts'

/** A backend's reply (RFC 5321 section 4.2), all its lines. */
export interface Reply {
  readonly code: number
  /** What stands behind the code, line by line, in latin1. */
  readonly texts: readonly string[]
  /** Whole and as it came. */
  readonly bytes: Buffer
}

/** Lines and octets of one reply, for callers that do not bound it closer. */
const maxLines = 256
const maxOctets = 65_536

/** Waits for a whole reply; what is none goes to `malformed`. */
export function reply(
  stage: Stage,
  then: (reply: Reply) => BackStep,
  malformed: (bytes: Buffer) => BackStep,
): Back {
  return collect(Buffer.alloc(0), [])

  function collect(held: Buffer, texts: readonly string[]): Back {
    return back(stage, line => {
      const bytes = Buffer.concat([held, lineOf([line])])
      const [, code, separator, text = ''] =
        /^([2-5]\d\d)(?:([ -])(.*))?$/s.exec(latin1(line)) ?? []
      if (!code || texts.length >= maxLines || bytes.length > maxOctets) return malformed(bytes)
      const all = [...texts, text]
      if (separator === '-') return { do: 'wait', next: collect(bytes, all) }
      return then({ code: Number(code), texts: all, bytes })
    })
  }
}

function latin1(line: Buffer): string {
  return line.toString('latin1')
}
