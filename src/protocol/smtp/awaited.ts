import type { Stage } from '../../words/stage.ts'
import { copied } from '../octets.ts'
import type { Back, BackStep } from '../protocol.ts'
import { added, codeOf, goesOn, type Lines, maxLines, maxOctets, Reply } from './reply.ts'
import { fail, type State } from './state.ts'

/** What is done with a whole reply. */
type Then = (state: State, reply: Reply) => BackStep

/** Waits for a whole reply. */
export function awaited(state: State, stage: Stage, then: Then): Back {
  return new Awaited(state, stage, then, undefined, 0, 0)
}

class Awaited implements Back {
  readonly stage: Stage
  readonly #state: State
  readonly #then: Then
  /** The lines before the last: so many octets, and so many of them. */
  readonly #lines: Lines | undefined
  readonly #length: number
  readonly #count: number

  constructor(
    state: State,
    stage: Stage,
    then: Then,
    lines: Lines | undefined,
    length: number,
    count: number,
  ) {
    this.stage = stage
    this.#state = state
    this.#then = then
    this.#lines = lines
    this.#length = length
    this.#count = count
  }

  receive(line: Buffer): BackStep {
    const code = codeOf(line)
    const length = this.#length + line.length + 2
    const bounded = this.#count < maxLines && length <= maxOctets
    if (code && bounded && this.#count === 0 && !goesOn(line)) {
      return this.#then(this.#state, new Reply(code, line, line.length, false))
    }
    const lines = added(this.#lines, this.#length, line)
    if (!code || !bounded) {
      return fail(this.#state, 'protocol', 'sent no SMTP reply', copied(lines.octets, 0, length))
    }
    if (!goesOn(line)) return this.#then(this.#state, new Reply(code, lines.octets, length, true))
    const { stage } = this
    const count = this.#count + 1
    return { do: 'wait', next: new Awaited(this.#state, stage, this.#then, lines, length, count) }
  }
}
