import type { Stage } from '../../words/stage.ts'
import { back, line as lineOf } from '../converse.ts'
import type { Back, BackStep } from '../protocol.ts'

/** What a command came to: its tagged line, with the untagged ones before it. */
export interface Reply {
  readonly status: 'OK' | 'NO' | 'BAD'
  /** The response code in upper case, without brackets and arguments; empty where there is none. */
  readonly code: string
  /** Behind the status. */
  readonly text: string
  /** The tagged line, and everything; as they came. */
  readonly line: Buffer
  readonly bytes: Buffer
  /** The words of CAPABILITY, in upper case, where they were said on any of the lines. */
  readonly capabilities: ReadonlySet<string> | undefined
}

/** How the lines that answer a command are taken. */
export interface Handlers {
  done(reply: Reply): BackStep
  /** `+`, with or without a space; without this handler it is out of place. */
  more?(): BackStep
  /** `* BYE`. */
  bye(bytes: Buffer): BackStep
  malformed(bytes: Buffer): BackStep
}

const nothing = Buffer.alloc(0)

/** Lines and octets of one reply, for callers that do not bound it closer. */
const maxLines = 256
const maxOctets = 65_536

/** Waits for the tagged line that ends a command. */
export function reply(stage: Stage, tag: string, handlers: Handlers): Back {
  return collect(stage, tag, handlers, {
    bytes: nothing,
    lines: 0,
    capabilities: undefined,
  })
}

interface Heard extends Pick<Reply, 'bytes' | 'capabilities'> {
  readonly lines: number
}

function collect(stage: Stage, tag: string, handlers: Handlers, before: Heard): Back {
  return back(stage, input => {
    const text = input.toString('latin1')
    if (text.startsWith('+') && handlers.more && before.lines < maxLines) return handlers.more()
    const line = lineOf([input])
    const heard: Heard = {
      bytes: before.lines === 0 ? line : Buffer.concat([before.bytes, line]),
      lines: before.lines + 1,
      capabilities: announced(text) ?? before.capabilities,
    }
    if (heard.lines > maxLines || heard.bytes.length > maxOctets) {
      return handlers.malformed(heard.bytes)
    }
    const tagged = status(text, tag)
    if (tagged) return handlers.done({ ...tagged, ...heard, line })
    if (isBye(text)) return handlers.bye(heard.bytes)
    if (!text.startsWith('* ')) return handlers.malformed(heard.bytes)
    return { do: 'wait', next: collect(stage, tag, handlers, heard) }
  })
}

export function isBye(text: string): boolean {
  return /^\* BYE\b/i.test(text)
}

function status(text: string, tag: string): Pick<Reply, 'status' | 'code' | 'text'> | undefined {
  if (!text.startsWith(`${tag} `)) return undefined
  const [, word, behind = ''] = /^(OK|NO|BAD)(?: (.*))?$/is.exec(text.slice(tag.length + 1)) ?? []
  const upper = word?.toUpperCase()
  if (upper !== 'OK' && upper !== 'NO' && upper !== 'BAD') return undefined
  const [, code = ''] = /^\[([\w-]{1,64})/.exec(behind) ?? []
  return { status: upper, code: code.toUpperCase(), text: behind }
}

/** The capabilities that a line announces: in a response code or as the untagged response. */
export function announced(text: string): ReadonlySet<string> | undefined {
  const [, code, untagged] = /\[CAPABILITY ([^\]]*)\]|^\* CAPABILITY (.*)$/i.exec(text) ?? []
  const words = code ?? untagged
  return words === undefined ? undefined : wordsOf(words)
}

/** Lists of capabilities that were heard of late: a backend says the same ones to every session. */
const lists = new Map<string, ReadonlySet<string>>()
/** Lists of capabilities. */
export const mostLists = 64

function wordsOf(words: string): ReadonlySet<string> {
  const known = lists.get(words)
  if (known) return known
  const set = new Set(words.toUpperCase().split(' '))
  if (lists.size >= mostLists) lists.clear()
  // A copy: `words` would keep the whole line.
  lists.set(Buffer.from(words, 'latin1').toString('latin1'), set)
  return set
}
