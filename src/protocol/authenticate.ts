import { decode, encode } from '../sasl/base64.ts'
import { type Credentials, type Exchange, invalid, type Turn } from '../sasl/exchange.ts'
import { known, start } from '../sasl/mechanism.ts'
import type { Mechanism } from '../words/mechanism.ts'
import { wordAt } from './octets.ts'
import type { Front, Step, Want } from './protocol.ts'

/** What is each protocol's own about an authentication exchange: how it is framed and how it ends. */
export interface Frame {
  /** What stands before the base64 of a challenge. */
  readonly prefix: string
  readonly wants: Want
  /** The client gave all it has to give. */
  done(credentials: Credentials): Step
  /** Bad base64, a wrong structure, or `*`, which is no base64: nginx cancels by the same words. */
  refused(): Step
  tooLong(): Step
}

/** The client's AUTH or AUTHENTICATE: the mechanism's name and at most an initial response. */
export function begin(
  words: readonly Buffer[],
  session: { readonly mechanisms: readonly Mechanism[]; readonly salt: string },
  frame: Frame,
): Step {
  const [said, initial] = words
  if (!said || words.length > 2) return frame.refused()
  const name = wordAt(said, 0, said.length, known)
  const exchange = name && start(name, session.mechanisms, session.salt)
  return exchange ? step(respond(exchange, initial), frame) : frame.refused()
}

function respond(exchange: Exchange, text: Buffer | undefined): Turn {
  const response = text && decode(text)
  if (text && !response) return invalid
  const turn = exchange.next(response)
  if (response) for (let at = 0; at < response.length; at++) response[at] = 0
  return turn
}

function step(turn: Turn, frame: Frame): Step {
  switch (turn.kind) {
    case 'invalid':
      return frame.refused()
    case 'credentials':
      return frame.done(turn.credentials)
    case 'challenge': {
      const challenge = encode(Buffer.from(turn.text, 'latin1')).toString('latin1')
      return {
        do: 'reply',
        text: `${frame.prefix}${challenge}\r\n`,
        next: answered(turn.next, frame),
      }
    }
  }
}

const space = 0x20
const cr = 0x0d

/** As nginx, which reads an answer as it reads arguments and takes the first, empty before a space. */
function firstWord(line: Buffer): Buffer | undefined {
  if (line.includes(cr)) return undefined
  const end = line.indexOf(space)
  return end < 0 ? line : line.subarray(0, end)
}

function answered(exchange: Exchange, frame: Frame): Front {
  return {
    wants: frame.wants,
    receive(line) {
      const text = firstWord(line)
      return text ? step(respond(exchange, text), frame) : frame.refused()
    },
    tooLong: () => frame.tooLong(),
  }
}
