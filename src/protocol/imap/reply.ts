import { Buffer } from 'node:buffer'
import type { Failure } from '../../words/failure.ts'
import type { Stage } from '../../words/stage.ts'
import { back, withEnd } from '../converse.ts'
import { Known } from '../known.ts'
import { holds, isDigit, isLetter, says, wordAt } from '../octets.ts'
import type { Back, BackStep } from '../protocol.ts'

/** What a command came to: its tagged line, with the untagged ones before it. */
export interface Reply {
  readonly status: (typeof statuses)[number]
  /** The tagged line, and everything; as they came. */
  readonly line: Buffer
  readonly bytes: Buffer
  /** Where in `line` the text behind the status begins: `codeOf` and `textOf` read it. */
  readonly at: number
  /** The words of CAPABILITY, in upper case, where they were said on any of the lines. */
  readonly capabilities: ReadonlySet<string> | undefined
}

const statuses = ['OK', 'NO', 'BAD'] as const

/** How the lines that answer a command are taken. */
export interface Handlers {
  done(reply: Reply): BackStep
  /** `+`, with or without a space; without this handler it is out of place. */
  readonly more: (() => BackStep) | undefined
  /** `* BYE`, or what is no response at all. */
  failed(failure: Failure, reason: string, bytes: Buffer): BackStep
}

/** Lines and octets of one reply, for callers that do not bound it closer. */
const maxLines = 256
const maxOctets = 65_536

const plus = 0x2b
const space = 0x20
const cr = 0x0d

/** Waits for the tagged line that ends a command. */
export function reply(stage: Stage, tag: string, handlers: Handlers): Back {
  return collect(stage, tag, handlers, nothing)
}

/** The untagged lines so far. */
interface Heard {
  readonly bytes: Buffer
  readonly capabilities: ReadonlySet<string> | undefined
  readonly lines: number
}

const nothing: Heard = { bytes: Buffer.alloc(0), capabilities: undefined, lines: 0 }

function collect(stage: Stage, tag: string, handlers: Handlers, before: Heard): Back {
  return back(stage, input => {
    const { lines } = before
    if (input[0] === plus && handlers.more && lines < maxLines) return handlers.more()
    const line = withEnd(input)
    const bytes = lines > 0 ? Buffer.concat([before.bytes, line]) : line
    if (lines >= maxLines || bytes.length > maxOctets) return malformed(handlers, bytes)
    const capabilities = announced(input) ?? before.capabilities
    const status = statusOf(input, tag)
    if (status) {
      const at = Math.min(tag.length + status.length + 2, input.length)
      return handlers.done({ status, line, bytes, at, capabilities })
    }
    if (isBye(input)) return handlers.failed('unavailable', 'said BYE', bytes)
    if (!holds(input, 0, '* ')) return malformed(handlers, bytes)
    return {
      do: 'wait',
      next: collect(stage, tag, handlers, { bytes, capabilities, lines: lines + 1 }),
    }
  })
}

function malformed(handlers: Handlers, bytes: Buffer): BackStep {
  return handlers.failed('protocol', 'sent no IMAP response', bytes)
}

export function isBye(line: Buffer): boolean {
  return saysWord(line, '* BYE')
}

/** Whether `line` begins with `word`, which is in upper case, and nothing that goes on with it. */
export function saysWord(line: Buffer, word: string): boolean {
  const next = line[word.length] ?? 0
  return says(line, 0, word) && !isLetter(next) && !isDigit(next) && next !== 0x5f
}

/** The status of a line that has this tag. */
function statusOf(line: Buffer, tag: string): Reply['status'] | undefined {
  const from = tag.length + 1
  if (line[tag.length] !== space || !holds(line, 0, tag)) return undefined
  let end = from
  while (end < line.length && line[end] !== space) end++
  return wordAt(line, from, end, statuses)
}

/** The response code in upper case, without brackets and arguments; empty where there is none. */
export function codeOf(reply: Reply): string {
  const [, code = ''] = /^\[([\w-]{1,64})/.exec(textOf(reply)) ?? []
  return code.toUpperCase()
}

/** What stands behind the status. */
export function textOf({ at, line }: Reply): string {
  return line.toString('latin1', at, line.length - '\r\n'.length)
}

const untagged = '* CAPABILITY '
const code = '[CAPABILITY '
const bracket = 0x5b
const closing = 0x5d

/** The capabilities that a line announces: in a response code or as the untagged response. */
export function announced(line: Buffer): ReadonlySet<string> | undefined {
  if (says(line, 0, untagged) && !line.includes(cr)) {
    return lists.in(line, untagged.length, line.length)
  }
  for (let at = 0; at < line.length; at++) {
    if (line[at] !== bracket || !says(line, at, code)) continue
    const end = line.indexOf(closing, at + code.length)
    return end < 0 ? undefined : lists.in(line, at + code.length, end)
  }
  return undefined
}

/** Lists of capabilities that are known again. */
export const mostLists = 64

const lists = new Known(mostLists, text => new Set(text.toUpperCase().split(' ')))
